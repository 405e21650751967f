#define _GNU_SOURCE
#include "CLinux.h"
#include "capture.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// The number of VRRP, which <netinet/in.h> does not know.
enum { PROTOCOL_VRRP = 112 };

int cl_capture_filter(int fd) {
    // Offsets count from the Ethernet header. Jumps count instructions to skip; the last two are "take" and "leave".
    enum { IP4 = 6, AH = 9, IP6 = 12, OPTION = 19, NEIGHBOR = 21, TAG = 23, TAG4 = 27, TAG6 = 29, TAKE = 31, LEAVE = 32 };
#define ON(at, value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, (yes) - (at) - 1, (no) - (at) - 1)
#define OCTET(offset) BPF_STMT(BPF_LD | BPF_B | BPF_ABS, offset)
#define PAIR(offset) BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offset)
    static struct sock_filter program[] = {
        PAIR(12),
        ON(1, ETHERTYPE_ARP, TAKE, 2),
        ON(2, ETHERTYPE_IP, IP4, 3),
        ON(3, ETHERTYPE_IPV6, IP6, 4),
        ON(4, ETHERTYPE_VLAN, TAG, 5),
        ON(5, 0x88A8, TAG, LEAVE),
        [IP4] = OCTET(23),
        ON(7, PROTOCOL_VRRP, TAKE, 8),
        ON(8, IPPROTO_AH, AH, LEAVE),
        // An authentication header begins with the number of what follows it.
        [AH] = BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
        BPF_STMT(BPF_LD | BPF_B | BPF_IND, 14),
        ON(11, PROTOCOL_VRRP, TAKE, LEAVE),
        [IP6] = OCTET(20),
        ON(13, PROTOCOL_VRRP, TAKE, 14),
        ON(14, IPPROTO_ICMPV6, NEIGHBOR, 15),
        ON(15, IPPROTO_HOPOPTS, OPTION, 16),
        ON(16, IPPROTO_ROUTING, OPTION, 17),
        ON(17, IPPROTO_FRAGMENT, OPTION, 18),
        ON(18, IPPROTO_DSTOPTS, OPTION, LEAVE),
        [OPTION] = OCTET(54),
        ON(20, PROTOCOL_VRRP, TAKE, LEAVE),
        [NEIGHBOR] = OCTET(54),
        ON(22, 136, TAKE, LEAVE),
        // A tag inside another, whose outer one the kernel took off.
        [TAG] = PAIR(16),
        ON(24, ETHERTYPE_ARP, TAKE, 25),
        ON(25, ETHERTYPE_IP, TAG4, 26),
        ON(26, ETHERTYPE_IPV6, TAG6, LEAVE),
        [TAG4] = OCTET(27),
        ON(28, PROTOCOL_VRRP, TAKE, LEAVE),
        [TAG6] = OCTET(24),
        ON(30, PROTOCOL_VRRP, TAKE, LEAVE),
        [TAKE] = BPF_STMT(BPF_RET | BPF_K, 0x40000),
        [LEAVE] = BPF_STMT(BPF_RET | BPF_K, 0),
    };
#undef ON
#undef OCTET
#undef PAIR
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

int cl_capture_details(int fd) {
    int on = 1;
    int result = setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    return result < 0 ? result : setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on);
}

int cl_capture_group(int fd, int interface_index, uint64_t hardware_address) {
    struct packet_mreq request = {
        .mr_ifindex = interface_index, .mr_type = PACKET_MR_MULTICAST, .mr_alen = ETH_ALEN};
    for (size_t i = 0; i < ETH_ALEN; i++)
        request.mr_address[i] = (unsigned char)(hardware_address >> 8 * (ETH_ALEN - 1 - i));
    return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

static void take_detail(const struct cmsghdr *header, struct cl_frame *frame) {
    size_t length = header->cmsg_len - CMSG_LEN(0);
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
        struct timespec stamp;
        if (length < sizeof stamp)
            return;
        memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        frame->seconds = stamp.tv_sec;
        frame->nanoseconds = stamp.tv_nsec;
    } else if (header->cmsg_level == SOL_PACKET && header->cmsg_type == PACKET_AUXDATA) {
        struct tpacket_auxdata details;
        if (length < sizeof details)
            return;
        memcpy(&details, CMSG_DATA(header), sizeof details);
        frame->length = details.tp_len;
        if (details.tp_status & TP_STATUS_VLAN_VALID) {
            frame->tag = details.tp_vlan_tci;
            frame->tag_type = details.tp_status & TP_STATUS_VLAN_TPID_VALID ? details.tp_vlan_tpid : ETHERTYPE_VLAN;
        }
    }
}

ssize_t cl_capture_receive(int fd, uint8_t *buffer, size_t capacity, struct cl_frame *frame) {
    struct sockaddr_ll name;
    _Alignas(struct cmsghdr) char control[256];
    struct iovec part = {.iov_base = buffer, .iov_len = capacity};
    struct msghdr message = {.msg_name = &name,
                             .msg_namelen = sizeof name,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    memset(&name, 0, sizeof name);
    ssize_t count = recvmsg(fd, &message, 0);
    if (count < 0)
        return count;
    memset(frame, 0, sizeof *frame);
    frame->tag = -1;
    frame->length = (uint32_t)count;
    frame->outgoing = name.sll_pkttype == PACKET_OUTGOING;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        take_detail(header, frame);
    return count;
}

int64_t cl_capture_lost(int fd) {
    struct tpacket_stats statistics;
    socklen_t length = sizeof statistics;
    if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &length) < 0)
        return -1;
    return statistics.tp_drops;
}
