//! One request between the host's thread, which may cancel it, and ours, which works on it.

use crate::abi::pbay_call_id;
use std::sync::{Condvar, Mutex};
use std::time::Duration;

#[derive(Clone, Copy, PartialEq)]
enum State {
    Queued,
    Running,
    Cancelled,
}

pub struct Job {
    pub call: pbay_call_id,
    pub model: String,
    pub prompt: Vec<u8>,
    state: Mutex<State>,
    cancelled: Condvar,
}

impl Job {
    pub fn new(call: pbay_call_id, model: &str, prompt: &[u8]) -> Self {
        Self {
            call,
            model: model.to_owned(),
            prompt: prompt.to_owned(),
            state: Mutex::new(State::Queued),
            cancelled: Condvar::new(),
        }
    }

    /// Takes the job on; false if it was cancelled while it waited, and so is complete already.
    pub fn begin(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        if *state == State::Queued {
            *state = State::Running;
        }
        *state == State::Running
    }

    /// Whether it falls to the caller to complete the call, since nobody had begun it.
    pub fn cancel(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        let nobody_began = *state == State::Queued;
        *state = State::Cancelled;
        self.cancelled.notify_all();
        nobody_began
    }

    /// Lets time pass; false as soon as the job is cancelled.
    pub fn pause(&self, time: Duration) -> bool {
        let state = self.state.lock().unwrap();
        let (state, _) = self
            .cancelled
            .wait_timeout_while(state, time, |state| *state == State::Running)
            .unwrap();
        *state == State::Running
    }
}
