// A packet socket that says when the kernel saw each frame. Plain values only, so that Swift needs nothing unsafe.
#pragma once

#include <stdint.h>

enum cc_kind {
    CC_EMPTY = 0,          // the queue is empty
    CC_ADVERT = 1,         // VRRP over IPv4
    CC_ANNOUNCEMENT = 2,   // gratuitous ARP
    CC_OTHER = 3,
    CC_FAILED = 4,         // `error` says why
};

struct cc_frame {
    int64_t nanoseconds;   // the kernel's stamp, wall clock
    uint32_t interface_index;
    int32_t kind;
    int32_t is_ours;       // sent by this network, not received
    int32_t error;
    uint8_t virtual_router;
    uint8_t priority;
};

// Hears every frame on every interface of the calling thread's network; -1 with errno.
int cc_open(void);
struct cc_frame cc_next(int fd);
// Standard output is written line by line, even to a file: the benchmark takes minutes.
void cc_show_lines(void);
