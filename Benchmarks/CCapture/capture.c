#define _GNU_SOURCE
#include "CCapture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

int cc_open(void) {
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
    int one = 1, room = 16 << 20;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) < 0)
        return -1;
    return fd;
}

enum { ETHERNET = 14, IPV4_PROTOCOL = 9, VRRP = 112, ARP_SIZE = 28, ARP_SENDER = 14, ARP_TARGET = 24 };

static void classify(const uint8_t *bytes, size_t count, struct cc_frame *frame) {
    frame->kind = CC_OTHER;
    if (count < ETHERNET)
        return;
    unsigned type = (unsigned)bytes[12] << 8 | bytes[13];
    const uint8_t *payload = bytes + ETHERNET;
    size_t length = count - ETHERNET;
    if (type == ETH_P_ARP && length >= ARP_SIZE && !memcmp(payload + ARP_SENDER, payload + ARP_TARGET, 4)) {
        frame->kind = CC_ANNOUNCEMENT;
    } else if (type == ETH_P_IP && length > IPV4_PROTOCOL && payload[IPV4_PROTOCOL] == VRRP) {
        size_t header = (size_t)(payload[0] & 0x0F) * 4;
        if (length < header + 8)
            return;
        frame->kind = CC_ADVERT;
        frame->virtual_router = payload[header + 1];
        frame->priority = payload[header + 2];
    }
}

struct cc_frame cc_next(int fd) {
    uint8_t bytes[256];
    _Alignas(struct cmsghdr) char control[128];
    struct sockaddr_ll from = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
    struct msghdr message = {.msg_name = &from,
                             .msg_namelen = sizeof from,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    struct cc_frame frame = {0};
    ssize_t count = recvmsg(fd, &message, 0);
    if (count < 0) {
        int empty = errno == EAGAIN || errno == EINTR || errno == ENETDOWN;
        frame.kind = empty ? CC_EMPTY : CC_FAILED;
        frame.error = errno;
        return frame;
    }
    frame.interface_index = (uint32_t)from.sll_ifindex;
    frame.is_ours = from.sll_pkttype == PACKET_OUTGOING;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
            frame.nanoseconds = (int64_t)stamp.tv_sec * 1000000000 + stamp.tv_nsec;
        }
    }
    classify(bytes, (size_t)count, &frame);
    return frame;
}

void cc_show_lines(void) { setvbuf(stdout, NULL, _IOLBF, 0); }
