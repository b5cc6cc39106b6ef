//! A language model for people without a graphics card: it knows which word follows which.

use std::collections::HashMap;

/// What it has read.
const TEXT: &str = "\
    A patch bay is a wall of sockets. Every wire that enters the room ends in one of the sockets. \
    A short cord joins the socket of a voice with the socket of an ear. When the voice moves to \
    another room the cord moves and the wall stays. Nobody has to pull a wire through the wall. \
    A good wall has a label on every socket and one cord for every voice. When a cord is broken \
    the voice takes another cord and the ear never hears of it.";

pub struct Chain {
    followers: HashMap<&'static str, Vec<&'static str>>,
}

impl Chain {
    pub fn new() -> Self {
        let mut followers: HashMap<_, Vec<_>> = HashMap::new();
        let mut before = "."; // the text begins as any sentence does
        for word in TEXT.split_whitespace() {
            followers.entry(before).or_default().push(word);
            before = if ends_sentence(word) { "." } else { word };
        }
        Self { followers }
    }

    /// Words without end; the same ones for the same prompt.
    pub fn answer(&self, prompt: &[u8]) -> impl Iterator<Item = &'static str> + '_ {
        // FNV-1a, of which xorshift must not get a zero.
        let mut random = prompt.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }) | 1;
        let mut before = ".";
        std::iter::repeat_with(move || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let choice = &self.followers[before];
            let word = choice[(random % choice.len() as u64) as usize];
            before = if ends_sentence(word) { "." } else { word };
            word
        })
    }
}

pub fn ends_sentence(word: &str) -> bool {
    word.ends_with('.')
}
