//! A provider plugin in Rust that asks no upstream: its model runs here, on a thread of its own.
//!
//! The model works on one request after the other, as one graphics card would; the others wait in a
//! queue. Words go to the host as they are found, at the pace of the client.
//!
//! Nothing may unwind into the host, hence `guard()` around every function, threads included.

#![deny(unsafe_op_in_unsafe_fn)]

mod abi;
mod chain;
mod host;
mod job;

use abi::*;
use chain::{ends_sentence, Chain};
use host::Host;
use job::Job;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Runs the body of a function of the ABI, and lets nothing but a status out of it. What a panic has
/// to say the hook of `init()` has logged.
fn guard(body: impl FnOnce() -> Result<(), pbay_status>) -> pbay_status {
    match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => PBAY_OK,
        Ok(Err(status)) => status,
        Err(_) => PBAY_E_PANIC,
    }
}

// ---- the provider: one entry of `providers:` ---------------------------------------------------

/// The host checks `config:` with this before `create()` sees it, and fills the defaults in.
const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "words": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 40},
    "pause_ms": {"type": "integer", "minimum": 0, "maximum": 60000, "default": 20}
  }
}"#;
const LONGEST_ANSWER_MS: u64 = 600_000;

#[derive(Clone, Copy)]
struct Settings {
    words: u64,
    pause: Duration,
}

struct Provider {
    host: Host,
    queue: Mutex<Sender<Arc<Job>>>,
    worker: JoinHandle<()>,
}

/// A whole number of a flat JSON object. The schema has seen to it that it is one.
fn integer(json: &str, name: &str) -> u64 {
    let (_, rest) = json.split_once(&format!("\"{name}\"")).expect("the host fills defaults in");
    let digits = rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_whitespace());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().expect("the host checks the configuration")
}

unsafe extern "C" fn create(
    raw: *const pbay_host,
    config: *const pbay_provider_config,
    out: *mut *mut pbay_provider,
) -> pbay_status {
    guard(|| unsafe {
        let host = Host::new(raw).ok_or(PBAY_E_UNSUPPORTED)?;
        let json = (*config).json.as_str();
        let (words, pause_ms) = (integer(json, "words"), integer(json, "pause_ms"));
        if words * pause_ms > LONGEST_ANSWER_MS {
            host.refuse("/pause_ms", "at this pace an answer could take more than ten minutes");
            return Err(PBAY_E_CONFIG);
        }
        let settings = Settings { words, pause: Duration::from_millis(pause_ms) };
        let (queue, jobs) = mpsc::channel();
        let worker = thread::Builder::new()
            .name("rust-local".into())
            .spawn(move || work(host, settings, jobs))
            .map_err(|_| PBAY_E_FAIL)?;
        let provider = Box::new(Provider { host, queue: Mutex::new(queue), worker });
        *out = Box::into_raw(provider).cast();
        Ok(())
    })
}

/// No call is alive, so the queue is empty; without its sender the worker ends.
unsafe extern "C" fn destroy(provider: *mut pbay_provider) {
    guard(|| {
        let provider = *unsafe { Box::from_raw(provider.cast::<Provider>()) };
        drop(provider.queue);
        provider.worker.join().map_err(|_| PBAY_E_PANIC)?;
        provider.host.log(PBAY_LOG_DEBUG, 0, "the thread has ended");
        Ok(())
    });
}

unsafe extern "C" fn describe(_: *mut pbay_provider, out: *mut pbay_provider_caps) -> pbay_status {
    static OPS: Constant<[pbay_op; 1]> = Constant([pbay_op {
        mode: PBAY_MODE_CHAT,
        flags: 0,
        dialect: pbay_str::new("openai.chat/1"),
    }]);
    static MODEL: Constant<pbay_ev_model> = Constant(pbay_ev_model {
        h: pbay_event::of::<pbay_ev_model>(PBAY_EV_MODEL),
        id: pbay_str::new("chain-1"),
        owner: pbay_str::new("example"),
        modes: 1 << PBAY_MODE_CHAT,
        context_tokens: 0,
        max_output_tokens: 0,
        created: 0,
        extra_json: pbay_bytes::EMPTY,
    });
    static MODELS: Constant<[*const pbay_ev_model; 1]> = Constant([&MODEL.0]);
    let out = unsafe { &mut *out };
    out.ops = OPS.0.as_ptr();
    out.op_count = OPS.0.len();
    out.models = MODELS.0.as_ptr();
    out.model_count = MODELS.0.len();
    PBAY_OK
}

unsafe extern "C" fn get_extension(_: *mut pbay_provider, id: *const c_char) -> *const c_void {
    static ACTIVE: pbay_provider_active = pbay_provider_active {
        size: size_of::<pbay_provider_active>() as u32,
        reserved: 0,
        start,
        cancel,
        writable: None, // the worker waits by itself, in Host::emit()
    };
    if unsafe { CStr::from_ptr(id) }.to_bytes_with_nul() == PBAY_EXT_PROVIDER_ACTIVE {
        return &ACTIVE as *const pbay_provider_active as *const c_void;
    }
    ptr::null()
}

// ---- a call, on the host's threads: nothing here may block -------------------------------------

struct Call {
    provider: *const Provider, // outlives its calls
    job: Arc<Job>,
}

unsafe extern "C" fn call_create(
    provider: *mut pbay_provider,
    request: *const pbay_request,
    out: *mut *mut pbay_call,
) -> pbay_status {
    guard(|| unsafe {
        let request = &*request;
        let job = Job::new(request.id, request.model.as_str(), request.body.as_slice());
        let call = Box::new(Call { provider: provider.cast(), job: Arc::new(job) });
        *out = Box::into_raw(call).cast();
        Ok(())
    })
}

unsafe extern "C" fn start(call: *mut pbay_call) -> pbay_status {
    guard(|| {
        let (provider, job) = unsafe { parts(call) };
        provider.queue.lock().unwrap().send(job.clone()).map_err(|_| PBAY_E_FAIL)
    })
}

/// A call that waits in the queue ends here, one that runs where it runs: each by one complete().
unsafe extern "C" fn cancel(call: *mut pbay_call) {
    guard(|| {
        let (provider, job) = unsafe { parts(call) };
        if job.cancel() {
            provider.host.complete(job.call, PBAY_E_CANCELLED);
        }
        Ok(())
    });
}

unsafe extern "C" fn call_destroy(call: *mut pbay_call) {
    guard(|| {
        drop(unsafe { Box::from_raw(call.cast::<Call>()) });
        Ok(())
    });
}

unsafe fn parts<'a>(call: *mut pbay_call) -> (&'a Provider, &'a Arc<Job>) {
    let call = unsafe { &*call.cast::<Call>() };
    (unsafe { &*call.provider }, &call.job)
}

// ---- the work, on the provider's own thread ----------------------------------------------------

fn work(host: Host, settings: Settings, jobs: Receiver<Arc<Job>>) {
    let chain = Chain::new();
    for job in jobs {
        if job.begin() {
            let status = guard(|| answer(host, settings, &chain, &job));
            host.complete(job.call, status);
        }
    }
}

fn answer(host: Host, settings: Settings, chain: &Chain, job: &Job) -> Result<(), pbay_status> {
    let id = format!("chain-{:x}", job.call);
    let created = host.unix_ms() / 1000;
    host.emit(job.call, &pbay_ev_meta::new(&id, &job.model, created))?;
    let mut said = 0;
    let mut reason = PBAY_FINISH_LENGTH;
    for word in chain.answer(&job.prompt).take(settings.words as usize) {
        let text = if said == 0 { word.to_owned() } else { format!(" {word}") };
        host.emit(job.call, &pbay_ev_text::new(&text))?;
        said += 1;
        // It stops where a sentence does, once it has said half of what it may.
        if ends_sentence(word) && said * 2 >= settings.words {
            reason = PBAY_FINISH_STOP;
            break;
        }
        if !job.pause(settings.pause) {
            return Err(PBAY_E_CANCELLED);
        }
    }
    host.emit(job.call, &pbay_event::of::<pbay_event>(PBAY_EV_ITEM_END))?;
    host.emit(job.call, &pbay_ev_finish::new(reason))?;
    let input = 0; // it never reads what it is asked
    let output = said as i64;
    host.emit(job.call, &pbay_ev_usage { input, output, ..pbay_ev_usage::UNKNOWN })
}

// ---- what the host finds -----------------------------------------------------------------------

static VTBL: pbay_provider_vtbl = pbay_provider_vtbl {
    size: size_of::<pbay_provider_vtbl>() as u32,
    reserved: 0,
    create,
    destroy,
    describe,
    get_extension,
    call_create,
    build_request: None,
    on_head: None,
    on_frames: None,
    on_end: None,
    call_destroy,
};
static TYPE: Constant<pbay_provider_type> = Constant(pbay_provider_type {
    size: size_of::<pbay_provider_type>() as u32,
    flags: 0,
    r#type: pbay_str::new("rust-local"),
    config_schema: pbay_str::new(SCHEMA),
    modes: 1 << PBAY_MODE_CHAT,
    vtbl: &VTBL,
});
static TYPES: Constant<[*const pbay_provider_type; 1]> = Constant([&TYPE.0]);
static PLUGIN: Constant<pbay_plugin> = Constant(pbay_plugin {
    magic: PBAY_MAGIC,
    size: size_of::<pbay_plugin>() as u32,
    abi_major: PBAY_ABI_MAJOR,
    abi_minor: PBAY_ABI_MINOR,
    need_host_minor: 0,
    flags: PBAY_PLUGIN_NEVER_UNLOAD, // the standard library has thread-local destructors
    id: pbay_str::new("org.example.rust-local"),
    version: pbay_str::new("1.0.0"),
    vendor: pbay_str::new("Example"),
    license: pbay_str::new("Apache-2.0"),
    url: pbay_str::new(""),
    types: TYPES.0.as_ptr(),
    type_count: 1,
    init,
    deinit,
    get_extension: None,
});

/// A panic says what it has to say in the host's log instead of on the terminal. The hook is that of
/// this library's own copy of the standard library.
unsafe extern "C" fn init(raw: *const pbay_host) -> pbay_status {
    guard(|| {
        let host = unsafe { Host::new(raw) }.ok_or(PBAY_E_UNSUPPORTED)?;
        panic::set_hook(Box::new(move |info| host.log(PBAY_LOG_ERROR, 0, &info.to_string())));
        Ok(())
    })
}

unsafe extern "C" fn deinit() {
    guard(|| {
        drop(panic::take_hook());
        Ok(())
    });
}

/// The one symbol of this library.
///
/// # Safety
/// `hello` is the host's.
#[no_mangle]
pub unsafe extern "C" fn patchbay_plugin_entry_v1(hello: *const pbay_hello) -> *const pbay_plugin {
    if unsafe { (*hello).abi_major } == PBAY_ABI_MAJOR {
        return &PLUGIN.0;
    }
    ptr::null()
}
