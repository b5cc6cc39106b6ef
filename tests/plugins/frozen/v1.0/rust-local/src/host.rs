//! The host as Rust likes it: texts are `&str`, failures are `Err`.

use crate::abi::*;
use std::os::raw::c_char;
use std::ptr;

/// How long one wait for the client may take before the call's state is looked at again.
const WAIT_NS: u64 = 1_000_000_000;

/// The host's tables. They live until `deinit()` returns, by when every thread has been joined.
#[derive(Clone, Copy)]
pub struct Host {
    host: &'static pbay_host,
    calls: &'static pbay_host_async,
}

// Every function used here is [thread-safe].
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

impl Host {
    /// # Safety
    /// `raw` is what `init()` or `create()` was given. `None` if the host lacks the extension.
    pub unsafe fn new(raw: *const pbay_host) -> Option<Self> {
        let host = unsafe { &*raw };
        let id = PBAY_EXT_HOST_ASYNC.as_ptr() as *const c_char;
        let calls = unsafe { (host.get_extension)(host, id) } as *const pbay_host_async;
        Some(Self { host, calls: unsafe { calls.as_ref() }? })
    }

    pub fn log(&self, level: i32, call: pbay_call_id, text: &str) {
        unsafe { (self.host.log)(self.host, level, call, pbay_str::new(text), ptr::null(), 0) }
    }

    pub fn unix_ms(&self) -> i64 {
        unsafe { (self.host.unix_ms)(self.host) }
    }

    /// Says why `create()` is about to fail; `param` is a JSON pointer into the configuration.
    pub fn refuse(&self, param: &str, message: &str) {
        let error = pbay_error {
            size: std::mem::size_of::<pbay_error>() as u32,
            flags: 0,
            category: PBAY_ERR_BAD_REQUEST,
            http_status: 0,
            retry_after_ms: -1,
            message: pbay_str::new(message),
            code: pbay_str::new(""),
            param: pbay_str::new(param),
            upstream_body: pbay_bytes::EMPTY,
        };
        unsafe { (self.host.set_error)(self.host, 0, &error) }
    }

    /// Hands over an event, waiting while the client reads more slowly than we write. Blocks, so it
    /// is for our own threads. Fails once nobody wants the answer any more.
    pub fn emit<E: Event>(&self, call: pbay_call_id, event: &E) -> Result<(), pbay_status> {
        loop {
            match unsafe { (self.calls.emit)(self.host, call, event.head()) } {
                PBAY_E_WOULD_BLOCK => {
                    self.log(PBAY_LOG_DEBUG, call, "waits for the client");
                    unsafe { (self.calls.wait_writable)(self.host, call, WAIT_NS) };
                }
                status if status < 0 => return Err(status),
                _ => return Ok(()),
            }
        }
    }

    /// Exactly once for each call that was started.
    pub fn complete(&self, call: pbay_call_id, status: pbay_status) {
        unsafe { (self.calls.complete)(self.host, call, status, ptr::null()) };
    }
}
