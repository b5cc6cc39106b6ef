//! The part of patchbay/abi.h that a provider with threads of its own needs, under the header's names.
//!
//! Every member stands behind its offset. The build stops where Rust would put it elsewhere, so a
//! member that is forgotten or has the wrong size never gets as far as a host.

#![allow(non_camel_case_types, dead_code)]

use std::mem::{align_of, size_of};
use std::os::raw::{c_char, c_void};

/// Declares structs the way C lays them out: `name size { offset member: type, ... }`.
macro_rules! abi {
    ($($name:ident $size:literal { $($at:literal $member:ident: $type:ty,)* })*) => { $(
        #[repr(C)]
        #[derive(Clone, Copy)]
        pub struct $name { $(pub $member: $type,)* }

        #[allow(unused_assignments)]
        const _: () = {
            let mut end = 0; // of the members so far; C puts the next one at its own alignment
            $(
                let align = align_of::<$type>();
                let at = (end + align - 1) / align * align;
                assert!(at == $at, concat!(stringify!($name), ".", stringify!($member)));
                end = at + size_of::<$type>();
            )*
            assert!(size_of::<$name>() == $size, stringify!($name));
        };
    )* };
}

pub type pbay_status = i32;
pub type pbay_call_id = u64;
pub enum pbay_provider {}
pub enum pbay_call {}

pub const PBAY_MAGIC: u32 = 0x5941_4250;
pub const PBAY_ABI_MAJOR: u32 = 1;
pub const PBAY_ABI_MINOR: u32 = 0;
pub const PBAY_PLUGIN_NEVER_UNLOAD: u32 = 1;
pub const PBAY_MODE_CHAT: i32 = 1;

pub const PBAY_OK: pbay_status = 0;
pub const PBAY_E_FAIL: pbay_status = -1;
pub const PBAY_E_UNSUPPORTED: pbay_status = -3;
pub const PBAY_E_CANCELLED: pbay_status = -5;
pub const PBAY_E_WOULD_BLOCK: pbay_status = -6;
pub const PBAY_E_CONFIG: pbay_status = -10;
pub const PBAY_E_PANIC: pbay_status = -12;

pub const PBAY_LOG_DEBUG: i32 = 1;
pub const PBAY_LOG_ERROR: i32 = 4;
pub const PBAY_ERR_BAD_REQUEST: i32 = 1;

pub const PBAY_EV_META: u32 = 1;
pub const PBAY_EV_TEXT: u32 = 2;
pub const PBAY_EV_FINISH: u32 = 7;
pub const PBAY_EV_USAGE: u32 = 8;
pub const PBAY_EV_MODEL: u32 = 15;
pub const PBAY_EV_ITEM_END: u32 = 17;
pub const PBAY_FINISH_STOP: i32 = 1;
pub const PBAY_FINISH_LENGTH: i32 = 2;

pub const PBAY_EXT_PROVIDER_ACTIVE: &[u8] = b"patchbay.provider.active/1\0";
pub const PBAY_EXT_HOST_ASYNC: &[u8] = b"patchbay.host.async/1\0";

abi! {
    pbay_str 16 { 0 ptr: *const u8, 8 len: usize, }
    pbay_bytes 16 { 0 ptr: *const u8, 8 len: usize, }
    pbay_kv 32 { 0 key: pbay_str, 16 value: pbay_str, }
    pbay_span 16 { 0 offset: usize, 8 len: usize, }
    pbay_op 24 { 0 mode: i32, 4 flags: u32, 8 dialect: pbay_str, }

    pbay_error 88 {
        0 size: u32, 4 flags: u32,
        8 category: i32, 12 http_status: i32, 16 retry_after_ms: i64,
        24 message: pbay_str, 40 code: pbay_str, 56 param: pbay_str, 72 upstream_body: pbay_bytes,
    }

    pbay_event 24 {
        0 size: u32, 4 r#type: u32, 8 flags: u32, 12 reserved: u32, 16 choice: u32, 20 item: u32,
    }
    pbay_ev_text 40 { 0 h: pbay_event, 24 text: pbay_str, }
    pbay_ev_meta 80 {
        0 h: pbay_event,
        24 id: pbay_str, 40 model: pbay_str, 56 fingerprint: pbay_str, 72 created: i64,
    }
    pbay_ev_finish 48 { 0 h: pbay_event, 24 reason: i32, 28 reserved: u32, 32 native: pbay_str, }
    pbay_ev_usage 120 {
        0 h: pbay_event,
        24 input: i64, 32 output: i64, 40 reasoning: i64, 48 cache_read: i64, 56 cache_write: i64,
        64 audio_in: i64, 72 audio_out: i64, 80 image_in: i64, 88 image_out: i64,
        96 cost_nano_usd: i64, 104 native_json: pbay_bytes,
    }
    pbay_ev_model 104 {
        0 h: pbay_event,
        24 id: pbay_str, 40 owner: pbay_str, 56 modes: u64,
        64 context_tokens: i64, 72 max_output_tokens: i64, 80 created: i64,
        88 extra_json: pbay_bytes,
    }

    pbay_host 128 {
        0 size: u32, 4 flags: u32, 8 abi_major: u32, 12 abi_minor: u32,
        16 r#impl: *mut c_void, 24 name: pbay_str, 40 version: pbay_str,
        56 get_extension: unsafe extern "C" fn(*const pbay_host, *const c_char) -> *const c_void,
        64 log: unsafe extern "C" fn(*const pbay_host, i32, pbay_call_id, pbay_str,
                                     *const pbay_kv, usize),
        72 log_level: unsafe extern "C" fn(*const pbay_host) -> i32,
        80 set_error: unsafe extern "C" fn(*const pbay_host, pbay_call_id, *const pbay_error),
        88 now_ns: unsafe extern "C" fn(*const pbay_host) -> u64,
        96 unix_ms: unsafe extern "C" fn(*const pbay_host) -> i64,
        104 random: unsafe extern "C" fn(*const pbay_host, *mut c_void, usize),
        112 call_alloc: unsafe extern "C" fn(*const pbay_host, pbay_call_id, usize, usize) -> *mut c_void,
        120 call_state: unsafe extern "C" fn(*const pbay_host, pbay_call_id) -> u32,
    }
    pbay_host_async 40 {
        0 size: u32, 4 reserved: u32,
        8 emit: unsafe extern "C" fn(*const pbay_host, pbay_call_id, *const pbay_event) -> pbay_status,
        16 wait_writable: unsafe extern "C" fn(*const pbay_host, pbay_call_id, u64) -> pbay_status,
        24 complete: unsafe extern "C" fn(*const pbay_host, pbay_call_id, pbay_status,
                                          *const pbay_error) -> pbay_status,
        32 post: unsafe extern "C" fn(*const pbay_host, pbay_call_id,
                                      unsafe extern "C" fn(*mut pbay_call, *mut c_void),
                                      *mut c_void) -> pbay_status,
    }

    pbay_request 184 {
        0 size: u32, 4 mode: i32, 8 id: pbay_call_id, 16 flags: u32, 20 attempt: u32,
        24 dialect: pbay_str, 40 model: pbay_str, 56 body: pbay_bytes, 72 model_value: pbay_span,
        88 parts: *const c_void, 96 part_count: usize,
        104 headers: *const pbay_kv, 112 header_count: usize,
        120 method: pbay_str, 136 path: pbay_str, 152 request_id: pbay_str,
        168 deadline_ns: u64, 176 next: *const c_void,
    }
    pbay_provider_config 48 {
        0 size: u32, 4 flags: u32, 8 instance: pbay_str, 24 json: pbay_str, 40 next: *const c_void,
    }
    pbay_provider_caps 56 {
        0 size: u32, 4 flags: u32,
        8 ops: *const pbay_op, 16 op_count: usize, 24 client_headers: pbay_str,
        40 models: *const *const pbay_ev_model, 48 model_count: usize,
    }
    pbay_provider_active 32 {
        0 size: u32, 4 reserved: u32,
        8 start: unsafe extern "C" fn(*mut pbay_call) -> pbay_status,
        16 cancel: unsafe extern "C" fn(*mut pbay_call),
        24 writable: Option<unsafe extern "C" fn(*mut pbay_call)>,
    }
    pbay_provider_vtbl 88 {
        0 size: u32, 4 reserved: u32,
        8 create: unsafe extern "C" fn(*const pbay_host, *const pbay_provider_config,
                                       *mut *mut pbay_provider) -> pbay_status,
        16 destroy: unsafe extern "C" fn(*mut pbay_provider),
        24 describe: unsafe extern "C" fn(*mut pbay_provider, *mut pbay_provider_caps) -> pbay_status,
        32 get_extension: unsafe extern "C" fn(*mut pbay_provider, *const c_char) -> *const c_void,
        40 call_create: unsafe extern "C" fn(*mut pbay_provider, *const pbay_request,
                                             *mut *mut pbay_call) -> pbay_status,
        // Not for a provider that does its own work.
        48 build_request: Option<unsafe extern "C" fn()>,
        56 on_head: Option<unsafe extern "C" fn()>,
        64 on_frames: Option<unsafe extern "C" fn()>,
        72 on_end: Option<unsafe extern "C" fn()>,
        80 call_destroy: unsafe extern "C" fn(*mut pbay_call),
    }
    pbay_provider_type 56 {
        0 size: u32, 4 flags: u32, 8 r#type: pbay_str, 24 config_schema: pbay_str,
        40 modes: u64, 48 vtbl: *const pbay_provider_vtbl,
    }
    pbay_plugin 144 {
        0 magic: u32, 4 size: u32, 8 abi_major: u32, 12 abi_minor: u32,
        16 need_host_minor: u32, 20 flags: u32,
        24 id: pbay_str, 40 version: pbay_str, 56 vendor: pbay_str, 72 license: pbay_str,
        88 url: pbay_str,
        104 types: *const *const pbay_provider_type, 112 type_count: usize,
        120 init: unsafe extern "C" fn(*const pbay_host) -> pbay_status,
        128 deinit: unsafe extern "C" fn(),
        136 get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
    }
    pbay_hello 48 {
        0 size: u32, 4 abi_major: u32, 8 abi_minor: u32, 12 reserved: u32,
        16 host_name: pbay_str, 32 host_version: pbay_str,
    }
}

/// A constant that holds pointers to other constants, so that it may be a `static`.
#[repr(transparent)]
pub struct Constant<T>(pub T);
unsafe impl<T> Sync for Constant<T> {}

impl pbay_str {
    pub const fn new(text: &str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len() }
    }

    /// # Safety
    /// The text must outlive what is returned. The host's texts are UTF-8.
    pub unsafe fn as_str<'a>(self) -> &'a str {
        if self.len == 0 {
            return ""; // whose ptr may be NULL
        }
        let bytes = unsafe { std::slice::from_raw_parts(self.ptr, self.len) };
        std::str::from_utf8(bytes).expect("the host's texts are UTF-8")
    }
}

impl pbay_bytes {
    pub const EMPTY: Self = Self { ptr: std::ptr::null(), len: 0 };

    /// # Safety
    /// The bytes must outlive what is returned.
    pub unsafe fn as_slice<'a>(self) -> &'a [u8] {
        if self.len == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

/// What begins with a `pbay_event`.
///
/// # Safety
/// Only for `repr(C)` structs whose first member is the head and says their size and type.
pub unsafe trait Event {
    fn head(&self) -> *const pbay_event {
        self as *const Self as *const pbay_event
    }
}
unsafe impl Event for pbay_event {}
unsafe impl Event for pbay_ev_text {}
unsafe impl Event for pbay_ev_meta {}
unsafe impl Event for pbay_ev_finish {}
unsafe impl Event for pbay_ev_usage {}

impl pbay_event {
    /// The head of an event `E` of choice 0 and item 0.
    pub const fn of<E>(r#type: u32) -> Self {
        Self { size: size_of::<E>() as u32, r#type, flags: 0, reserved: 0, choice: 0, item: 0 }
    }
}

impl pbay_ev_meta {
    pub fn new(id: &str, model: &str, created: i64) -> Self {
        Self {
            h: pbay_event::of::<Self>(PBAY_EV_META),
            id: pbay_str::new(id),
            model: pbay_str::new(model),
            fingerprint: pbay_str::new(""),
            created,
        }
    }
}

impl pbay_ev_text {
    pub fn new(text: &str) -> Self {
        Self { h: pbay_event::of::<Self>(PBAY_EV_TEXT), text: pbay_str::new(text) }
    }
}

impl pbay_ev_finish {
    pub fn new(reason: i32) -> Self {
        let h = pbay_event::of::<Self>(PBAY_EV_FINISH);
        Self { h, reason, reserved: 0, native: pbay_str::new("") }
    }
}

impl pbay_ev_usage {
    /// PBAY_USAGE_INIT.
    pub const UNKNOWN: Self = Self {
        h: pbay_event::of::<Self>(PBAY_EV_USAGE),
        input: -1,
        output: -1,
        reasoning: -1,
        cache_read: -1,
        cache_write: -1,
        audio_in: -1,
        audio_out: -1,
        image_in: -1,
        image_out: -1,
        cost_nano_usd: -1,
        native_json: pbay_bytes::EMPTY,
    };
}
