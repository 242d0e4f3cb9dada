// The one place that configures and includes napi.h.
#pragma once

#ifndef NAPI_VERSION
#define NAPI_VERSION 8
#endif

#include <napi.h>
