/*
 * A CUDA driver without a card. It is built as libcuda.so.1 into a folder of a test and does what the file `behaviour`
 * beside it says, one word and number a line, because a child inherits no variable that could tell it:
 *
 *     uuid GPU-…        the one card (index 0 on this machine is another: only its uuid finds it, see hide-index)
 *     not-initialized N cuInit answers 3 to the first N processes
 *     no-device N       cuDeviceGetCount answers 100 to the first N processes
 *     other-card N      the first N processes are given a card with another uuid
 *     hide-index 1      CUDA_VISIBLE_DEVICES by number finds nothing
 *     init-error N      cuInit answers N
 *     sync-error N      cuCtxSynchronize answers N: the kernel failed
 *     wrong-result 1    the card counts wrong
 *     hang 1            cuInit never comes back
 *
 * Every process leaves a line in `calls` beside it: its CUDA_VISIBLE_DEVICES.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *visible(void) {
    const char *value = getenv("CUDA_VISIBLE_DEVICES");
    return value == NULL ? "(unset)" : value;
}

static FILE *beside(const char *name, const char *mode) {
    char path[4096];
    Dl_info info;
    if (dladdr((void *)visible, &info) == 0) abort();
    snprintf(path, sizeof path, "%s", info.dli_fname);
    char *slash = strrchr(path, '/');
    if (slash == NULL) abort();
    snprintf(slash + 1, sizeof path - (size_t)(slash + 1 - path), "%s", name);
    return fopen(path, mode);
}

static void setting(const char *name, char *value, size_t size) {
    char line[256], key[128], found[128];
    value[0] = 0;
    FILE *file = beside("behaviour", "r");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "%127s %127s", key, found) == 2 && strcmp(key, name) == 0) snprintf(value, size, "%s", found);
    fclose(file);
}

static int number(const char *name) {
    char value[128];
    setting(name, value, sizeof value);
    return atoi(value);
}

/* Which process this is, from 1. */
static int attempt(void) {
    static int counted = 0;
    if (counted > 0) return counted;
    FILE *calls = beside("calls", "a+");
    if (calls == NULL) abort();
    fprintf(calls, "%s\n", visible());
    rewind(calls);
    for (int c; (c = fgetc(calls)) != EOF;) counted += c == '\n';
    fclose(calls);
    return counted;
}

int cuInit(unsigned flags) {
    (void)flags;
    int now = attempt();
    while (number("hang")) sleep(1);
    if (number("init-error")) return number("init-error");
    return now <= number("not-initialized") ? 3 : 0;
}

int cuDeviceGetCount(int *count) {
    char uuid[128];
    setting("uuid", uuid, sizeof uuid);
    if (attempt() <= number("no-device") || visible()[0] == 0) return 100;
    if (visible()[0] == 'G') *count = strcmp(visible(), uuid) == 0;
    else *count = !number("hide-index");
    return *count ? 0 : 100;
}

int cuDeviceGet(int *device, int ordinal) {
    *device = 7;
    return ordinal == 0 ? 0 : 101;
}

int cuDeviceGetName(char *name, int size, int device) {
    snprintf(name, (size_t)size, "Fake RTX 3050");
    return device == 7 ? 0 : 101;
}

int cuDeviceGetUuid(unsigned char *bytes, int device) {
    char uuid[128];
    setting("uuid", uuid, sizeof uuid);
    int filled = 0;
    for (const char *at = uuid + 4; *at && filled < 16;) {
        unsigned byte;
        if (*at == '-') { at++; continue; }
        if (sscanf(at, "%2x", &byte) != 1) break;
        bytes[filled++] = (unsigned char)byte;
        at += 2;
    }
    if (attempt() <= number("other-card")) bytes[0] ^= 0xff;
    return device == 7 ? 0 : 101;
}

static int context, module, function;

int cuCtxCreate_v2(void **made, unsigned flags, int device) {
    (void)flags;
    *made = &context;
    return device == 7 ? 0 : 101;
}

int cuCtxDestroy_v2(void *made) { return made == &context ? 0 : 201; }

int cuModuleLoadData(void **made, const char *image) {
    *made = &module;
    return strstr(image, ".target sm_50") != NULL ? 0 : 218;
}

int cuModuleUnload(void *made) { return made == &module ? 0 : 400; }

int cuModuleGetFunction(void **made, void *in, const char *name) {
    *made = &function;
    return in == &module && strcmp(name, "add_one") == 0 ? 0 : 500;
}

int cuMemAlloc_v2(uint64_t *address, size_t size) {
    *address = (uint64_t)(uintptr_t)malloc(size);
    return 0;
}

int cuMemFree_v2(uint64_t address) {
    free((void *)(uintptr_t)address);
    return 0;
}

int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t size) {
    memcpy((void *)(uintptr_t)to, from, size);
    return 0;
}

int cuMemcpyDtoH_v2(void *to, uint64_t from, size_t size) {
    memcpy(to, (const void *)(uintptr_t)from, size);
    return 0;
}

int cuLaunchKernel(void *kernel, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *stream, void **parameters, void **extra) {
    if (kernel != &function || stream != NULL || extra != NULL || shared != 0) return 1;
    uint32_t *numbers = (uint32_t *)(uintptr_t) * (uint64_t *)parameters[0];
    uint32_t count = *(uint32_t *)parameters[1];
    uint32_t threads = gx * gy * gz * bx * by * bz;
    for (uint32_t i = 0; i < count && i < threads; i++) numbers[i] += number("wrong-result") && i == 5 ? 2 : 1;
    return 0;
}

int cuCtxSynchronize(void) { return number("sync-error"); }
