#pragma once
#include <uv.h>

/// Lets `loop` measure how long it waits for events: uv_loop_configure is variadic, which Swift can't call.
static inline int cuv_measure_idle_time(uv_loop_t *loop) { return uv_loop_configure(loop, UV_METRICS_IDLE_TIME); }
