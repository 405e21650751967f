#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ---- capture.c: frames of one interface as they pass, both ways

struct cl_frame {
    int64_t seconds;       // CLOCK_REALTIME at which the kernel saw it; 0 when it did not say
    int64_t nanoseconds;
    uint32_t length;       // on the wire, a tag that the kernel took off excluded
    int32_t outgoing;      // sent by this host
    int32_t tag;           // the VLAN tag control information that the kernel took off, -1 when there was none
    uint32_t tag_type;     // its Ethernet type
};

// VRRP, ARP and neighbour advertisements, nothing else.
int cl_capture_filter(int fd);
// Time stamps and VLAN tags with each frame.
int cl_capture_details(int fd);
// Lets an Ethernet group, in the low 48 bits, through the network card, which drops what nobody on this host listens to.
int cl_capture_group(int fd, int interface_index, uint64_t hardware_address);
ssize_t cl_capture_receive(int fd, uint8_t *buffer, size_t capacity, struct cl_frame *frame);
// How many frames there was no room for since the last call, or -1.
int64_t cl_capture_lost(int fd);
