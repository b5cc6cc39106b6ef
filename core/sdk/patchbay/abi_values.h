/* patchbay/abi_values.h - the values that cross the plugin ABI: text and bytes, statuses, modes, errors
 * and the events of an answer. Included by abi.h, which has the functions, and says what the tags in
 * these comments mean. */
#ifndef PBAY_ABI_VALUES_H
#define PBAY_ABI_VALUES_H
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#  define PBAY_EXPORT __declspec(dllexport)
#  define PBAY_CALL __cdecl
#else
#  define PBAY_EXPORT __attribute__((visibility("default")))
#  define PBAY_CALL
#endif
#if defined(__cplusplus) && __cplusplus >= 201703L
#  define PBAY_NOEXCEPT noexcept /* so that the compiler rejects a function that may throw */
#else
#  define PBAY_NOEXCEPT
#endif
#define PBAY_FN(ret, name, ...) ret (PBAY_CALL *name)(__VA_ARGS__) PBAY_NOEXCEPT
/* True when whoever made *p knew its member m: ask before touching what came after v1.0. */
#ifdef __cplusplus
#  define PBAY_HAS(p, m) (static_cast<size_t>((p)->size) >= static_cast<size_t>( \
          reinterpret_cast<const char *>(&(p)->m) - reinterpret_cast<const char *>(p)) + sizeof((p)->m))
#else
#  define PBAY_HAS(p, m) ((size_t)(p)->size >= \
          (size_t)((const char *)&(p)->m - (const char *)(p)) + sizeof((p)->m))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- leaves: frozen for ever; may be passed by value and stand in plain arrays ------------------
 * What a leaf refers to lives as long as the struct or argument that carries the leaf. */

typedef struct pbay_str   { const char    *ptr; size_t len; } pbay_str;   /* (arg) UTF-8, not terminated */
typedef struct pbay_bytes { const uint8_t *ptr; size_t len; } pbay_bytes; /* (arg) */
typedef struct pbay_kv    { pbay_str key, value; } pbay_kv;               /* (arg) */
typedef struct pbay_span  { size_t offset, len; } pbay_span;              /* a range of a body */

typedef struct pbay_frame {            /* (arg) one piece of an upstream body, see pbay_framing */
    pbay_bytes data;
    pbay_str event, id;                /* SSE only: the event's name, and the last id seen; or empty */
} pbay_frame;

/* One piece of an upstream request body: own bytes, or what the host holds and splices in. */
typedef struct pbay_piece { pbay_bytes bytes; int64_t source; } pbay_piece;      /* (build) */
enum {                                 /* pbay_piece.source; 0 and above: the content of parts[source] */
    PBAY_PIECE_BYTES       = -1,       /* `bytes`, as they are */
    PBAY_PIECE_CLIENT_BODY = -2        /* the whole client body as received */
};

/* One thing a provider can do: the mode says what kind of answer, the dialect which operation and wire
 * format ("openai.chat/1", "anthropic.messages/1"). No flags are defined. */
typedef struct pbay_op { int32_t mode; uint32_t flags; pbay_str dialect; } pbay_op; /* (provider) */

/* Head of every extension record in a `next` chain. Ids are terminated and compared by content. */
typedef struct pbay_chain {            /* (arg) */
    uint32_t size, reserved;           /* size of the whole record */
    const char *id;
    const struct pbay_chain *next;
} pbay_chain;

typedef struct pbay_provider pbay_provider;   /* opaque to the host: a plugin may define them */
typedef struct pbay_call     pbay_call;
typedef uint64_t pbay_call_id;                /* slot | generation << 32; 0 is none; a stale one is noticed */

typedef int32_t pbay_status;           /* 0 done; above 0 done, with a meaning; below 0 failed */
enum {
    PBAY_OK             =   0,
    PBAY_S_NEXT_REQUEST =   1,         /* on_head, on_end: call build_request again and send that */
    PBAY_S_PASSTHROUGH  =   2,         /* on_head: the body goes to the client as it is; on_end is next */
    PBAY_S_STOP         =   3,         /* on_frames: the answer is complete, read no further */
    PBAY_E_FAIL         =  -1,         /* any other failure; set_error() tells more */
    PBAY_E_INVALID      =  -2,         /* an argument is wrong, or not allowed at this time */
    PBAY_E_UNSUPPORTED  =  -3,         /* understood, but not offered */
    PBAY_E_NO_MEMORY    =  -4,
    PBAY_E_CANCELLED    =  -5,         /* nobody wants the answer any more */
    PBAY_E_WOULD_BLOCK  =  -6,         /* full: go on after writable() or wait_writable() */
    PBAY_E_TIMEOUT      =  -7,
    PBAY_E_STALE        =  -8,         /* the call id names no call that is alive */
    PBAY_E_PROTOCOL     =  -9,         /* the upstream broke the rules of its format */
    PBAY_E_CONFIG       = -10,         /* create(): wrong configuration; set_error's param says where */
    PBAY_E_ABI          = -11,         /* the two sides do not fit together */
    PBAY_E_PANIC        = -12          /* a fault in the plugin: it caught its own exception */
};

typedef int32_t pbay_mode;             /* what kind of answer; an open set */
enum {
    PBAY_MODE_CHAT       = 1,
    PBAY_MODE_IMAGE      = 2,
    PBAY_MODE_EMBEDDING  = 3,
    PBAY_MODE_TRANSCRIBE = 4,          /* speech to text, translated or not */
    PBAY_MODE_SPEECH     = 5,          /* text to speech */
    PBAY_MODE_MODELS     = 6,          /* the upstream's list of models */
    PBAY_MODE_RAW        = 7,          /* any path of the upstream, bytes in and out */
    PBAY_MODE_MODERATION = 8,
    PBAY_MODE_RERANK     = 9
};
#define PBAY_MODE_BIT(m) (UINT64_C(1) << (m))

typedef int32_t pbay_framing;          /* how the host cuts the upstream body for on_frames() */
enum {
    PBAY_FRAME_BYTES  = 0,             /* not at all: pieces as they arrive */
    PBAY_FRAME_SSE    = 1,             /* a frame an event; its data lines joined by line feeds */
    PBAY_FRAME_NDJSON = 2,             /* a frame a line, without its ending */
    PBAY_FRAME_WHOLE  = 3,             /* one frame; also for every answer of status 400 and above */
    PBAY_FRAME_AUTO   = 4              /* by the answer's content type; pbay_http_head has the choice */
};

/* ---- errors ------------------------------------------------------------------------------------- */

enum {                                 /* pbay_error.category: decides status, retry and fail-over */
    PBAY_ERR_INTERNAL        =  0,     /* a fault of the plugin or the host */
    PBAY_ERR_BAD_REQUEST     =  1,
    PBAY_ERR_AUTH            =  2,     /* the upstream refused our credential */
    PBAY_ERR_FORBIDDEN       =  3,
    PBAY_ERR_NOT_FOUND       =  4,
    PBAY_ERR_RATE_LIMIT      =  5,
    PBAY_ERR_QUOTA           =  6,     /* the account is used up; waiting does not help */
    PBAY_ERR_OVERLOADED      =  7,     /* the upstream is there, but too busy */
    PBAY_ERR_UPSTREAM        =  8,     /* any other fault of the upstream */
    PBAY_ERR_TIMEOUT         =  9,
    PBAY_ERR_CONTENT         = 10,     /* refused by a content filter */
    PBAY_ERR_CONTEXT_LEN     = 11,     /* the prompt is too long for the model */
    PBAY_ERR_CANCELLED       = 12,
    PBAY_ERR_TOO_LARGE       = 13,     /* the request has too many bytes */
    PBAY_ERR_CONFLICT        = 14,
    PBAY_ERR_MODEL_NOT_FOUND = 15
};
enum {                                 /* pbay_error.flags */
    PBAY_ERRF_RETRY_SAME   = 1,        /* the same request may succeed at the same place */
    PBAY_ERRF_FAILOVER     = 2,        /* it may succeed at another provider */
    PBAY_ERRF_REFRESH_AUTH = 4         /* the credential was refused: refresh it once, try again */
};
typedef struct pbay_error {            /* (arg) */
    uint32_t size, flags;
    int32_t  category;
    int32_t  http_status;              /* for the client; 0: follows from the category */
    int64_t  retry_after_ms;           /* -1: the upstream named none */
    pbay_str message;                  /* for people; the client may see it, so no secrets */
    pbay_str code;                     /* for programs: "context_length_exceeded" */
    pbay_str param;                    /* the request's field at fault; in create() a JSON pointer */
    pbay_bytes upstream_body;
} pbay_error;

/* ---- events: what a plugin says to the host ----------------------------------------------------- */

enum {                                 /* pbay_event.type */
    PBAY_EV_META      =  1,            /* pbay_ev_meta, first if at all */
    PBAY_EV_TEXT      =  2,            /* pbay_ev_text: the next piece of text */
    PBAY_EV_REASONING =  3,            /* pbay_ev_text */
    PBAY_EV_REFUSAL   =  4,            /* pbay_ev_text */
    PBAY_EV_TOOL_BEGIN = 5,            /* pbay_ev_tool */
    PBAY_EV_TOOL_ARGS =  6,            /* pbay_ev_text: the next piece of the arguments' JSON text */
    PBAY_EV_FINISH    =  7,            /* pbay_ev_finish, once a choice */
    PBAY_EV_USAGE     =  8,            /* pbay_ev_usage, any number of times; the last one counts */
    PBAY_EV_RAW       =  9,            /* pbay_ev_raw: a chunk or answer of the client's own dialect */
    PBAY_EV_EXTRA     = 10,            /* pbay_ev_extra: a field that has no event */
    PBAY_EV_IMAGE     = 11,            /* pbay_ev_image */
    PBAY_EV_AUDIO     = 12,            /* pbay_ev_raw: the next piece of sound */
    PBAY_EV_SEGMENT   = 13,            /* pbay_ev_segment: a timed piece of a transcript */
    PBAY_EV_EMBEDDING = 14,            /* pbay_ev_embedding */
    PBAY_EV_MODEL     = 15,            /* pbay_ev_model: an entry of the list of models */
    PBAY_EV_SIGNATURE = 16,            /* pbay_ev_signature */
    PBAY_EV_ITEM_END  = 17,            /* pbay_event: its item is complete */
    PBAY_EV_SCORE     = 18,            /* pbay_ev_score */
    PBAY_EV_EXT_FIRST = 0x40000000     /* from here on: events of extensions */
};
enum {                                 /* pbay_event.flags */
    PBAY_EVF_ESCAPED         = 1,      /* the text is the inside of a JSON string, copied as it is */
    PBAY_EVF_MUST_UNDERSTAND = 2       /* a host that does not know the type fails the call */
};
typedef struct pbay_event {            /* (arg) head of every event; a leaf */
    uint32_t size, type, flags;        /* size of the whole event */
    uint32_t reserved;
    uint32_t choice;                   /* which of n answers; embeddings, scores: which input */
    uint32_t item;                     /* which block of that answer: text, reasoning, tool calls and */
} pbay_event;                          /* images alike, dense from 0 in order of appearance */

typedef struct pbay_ev_text { pbay_event h; pbay_str text; } pbay_ev_text;                  /* (arg) */
typedef struct pbay_ev_tool { pbay_event h; pbay_str id, name; } pbay_ev_tool;              /* (arg) */
typedef struct pbay_ev_meta {          /* (arg) */
    pbay_event h;
    pbay_str id, model, fingerprint;
    int64_t created;                   /* Unix seconds; 0 unknown */
} pbay_ev_meta;
enum {                                 /* pbay_ev_finish.reason; _TOOLS: calls wait for their results */
    PBAY_FINISH_STOP = 1, PBAY_FINISH_LENGTH = 2, PBAY_FINISH_TOOLS = 3,
    PBAY_FINISH_CONTENT = 4,           /* cut by a content filter */
    PBAY_FINISH_ERROR = 5, PBAY_FINISH_OTHER = 6
};
typedef struct pbay_ev_finish {        /* (arg) */
    pbay_event h;
    int32_t reason; uint32_t reserved;
    pbay_str native;                   /* the vendor's own word */
} pbay_ev_finish;
typedef struct pbay_ev_usage {         /* (arg) tokens so far, not increments; -1 unknown */
    pbay_event h;
    int64_t input, output;             /* input with what was cached, output with reasoning */
    int64_t reasoning, cache_read, cache_write, audio_in, audio_out, image_in, image_out;
    int64_t cost_nano_usd;             /* 1e-9 dollars, as the vendor bills, where it says so */
    pbay_bytes native_json;            /* the vendor's own usage object, passed on as it is */
} pbay_ev_usage;
#define PBAY_USAGE_INIT { { sizeof(pbay_ev_usage), PBAY_EV_USAGE, 0, 0, 0, 0 }, \
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, { 0, 0 } }
/* Proves that a block came from the vendor; opaque; must come back unchanged with item h.item.
 * format: "anthropic.signature", "anthropic.redacted", "google.thought", ... */
typedef struct pbay_ev_signature { pbay_event h; pbay_str format, data; } pbay_ev_signature;   /* (arg) */
typedef struct pbay_ev_score { pbay_event h; double score; pbay_bytes json; } pbay_ev_score;   /* (arg) */
typedef struct pbay_ev_raw { pbay_event h; pbay_str content_type; pbay_bytes data; } pbay_ev_raw; /* (arg) */
enum { PBAY_AT_ANSWER = 0, PBAY_AT_CHOICE = 1, PBAY_AT_DELTA = 2 };  /* the object that the field is of */
typedef struct pbay_ev_extra {         /* (arg) */
    pbay_event h;
    int32_t at; uint32_t reserved;
    pbay_str key;
    pbay_bytes json;
} pbay_ev_extra;
enum { PBAY_DATA_URL = 1, PBAY_DATA_BASE64 = 2, PBAY_DATA_BYTES = 3 };
typedef struct pbay_ev_image {         /* (arg) */
    pbay_event h;
    int32_t kind;                      /* of data: PBAY_DATA_* */
    int32_t partial;                   /* the number of a preview, from 0; -1: the final image */
    pbay_str mime;
    pbay_bytes data;
    pbay_str revised_prompt;
} pbay_ev_image;
typedef struct pbay_ev_segment {       /* (arg) */
    pbay_event h;
    pbay_str text;
    int64_t start_us, end_us;          /* from the beginning of the recording */
} pbay_ev_segment;
enum { PBAY_VEC_F32 = 1 /* 4-byte floats, little endian */, PBAY_VEC_JSON = 2, PBAY_VEC_BASE64 = 3 };
typedef struct pbay_ev_embedding {     /* (arg) */
    pbay_event h;
    int32_t kind; uint32_t dims;       /* kind of data: PBAY_VEC_*; how many numbers */
    pbay_bytes data;
} pbay_ev_embedding;
typedef struct pbay_ev_model {         /* (arg) emitted; (provider) in pbay_provider_caps */
    pbay_event h;
    pbay_str id, owner;
    uint64_t modes;                    /* PBAY_MODE_BIT()s; 0 unknown */
    int64_t context_tokens, max_output_tokens;   /* 0 unknown */
    int64_t created;                   /* Unix seconds; 0 unknown */
    pbay_bytes extra_json;             /* an object of further fields, or empty */
} pbay_ev_model;

#ifdef __cplusplus
}
#endif
#endif
