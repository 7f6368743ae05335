#pragma once
#include <zlib.h>

// zlib's initialisers are macros, which Swift can't call. Negative window bits mean DEFLATE without a wrapper.

static inline int czlib_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

static inline int czlib_inflate_init(z_stream *stream) { return inflateInit2(stream, -MAX_WBITS); }
