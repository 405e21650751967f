#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

_Static_assert(CL_SOCK_RAW == SOCK_RAW && CL_SOCK_DGRAM == SOCK_DGRAM, "socket types");
_Static_assert(CL_IP_MULTICAST_ALL == IP_MULTICAST_ALL, "IP_MULTICAST_ALL");

union any_address {
    struct sockaddr generic;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_ll packet;
    struct sockaddr_nl netlink;
};

static struct in6_addr octets_of(struct cl_address address) {
    struct in6_addr result;
    for (int i = 0; i < 8; i++) {
        result.s6_addr[i] = (uint8_t)(address.high >> (56 - 8 * i));
        result.s6_addr[8 + i] = (uint8_t)(address.low >> (56 - 8 * i));
    }
    return result;
}

static struct cl_address address_of_octets(const struct in6_addr *octets) {
    struct cl_address result = {.family = AF_INET6};
    for (int i = 0; i < 8; i++) {
        result.high = result.high << 8 | octets->s6_addr[i];
        result.low = result.low << 8 | octets->s6_addr[8 + i];
    }
    return result;
}

// Returns the length of the address written, 0 for a family that is not known here.
static socklen_t to_kernel(struct cl_address address, union any_address *result) {
    memset(result, 0, sizeof *result);
    result->generic.sa_family = (sa_family_t)address.family;
    switch (address.family) {
    case AF_INET:
        result->v4.sin_addr.s_addr = htonl((uint32_t)address.low);
        return sizeof result->v4;
    case AF_INET6:
        result->v6.sin6_addr = octets_of(address);
        result->v6.sin6_scope_id = address.scope;
        return sizeof result->v6;
    case AF_PACKET:
        result->packet.sll_ifindex = (int)address.scope;
        result->packet.sll_protocol = htons((uint16_t)address.low);
        result->packet.sll_halen = 6;
        return sizeof result->packet;
    case AF_NETLINK:
        result->netlink.nl_pid = address.scope;
        result->netlink.nl_groups = (uint32_t)address.low;
        return sizeof result->netlink;
    default:
        return 0;
    }
}

static struct cl_address from_kernel(const union any_address *address, socklen_t length) {
    struct cl_address result = {0};
    if (length < sizeof address->generic.sa_family)
        return result;
    switch (address->generic.sa_family) {
    case AF_INET:
        result.family = AF_INET;
        result.low = ntohl(address->v4.sin_addr.s_addr);
        break;
    case AF_INET6:
        result = address_of_octets(&address->v6.sin6_addr);
        result.scope = address->v6.sin6_scope_id;
        break;
    case AF_PACKET:
        result.family = AF_PACKET;
        result.scope = (uint32_t)address->packet.sll_ifindex;
        result.low = ntohs(address->packet.sll_protocol);
        break;
    case AF_NETLINK:
        result.family = AF_NETLINK;
        result.scope = address->netlink.nl_pid;
        result.low = address->netlink.nl_groups;
        break;
    }
    return result;
}

int cl_socket(int family, int type, int protocol, int blocking) {
    return socket(family, type | SOCK_CLOEXEC | (blocking ? 0 : SOCK_NONBLOCK), protocol);
}

int cl_receive_buffer(int fd) {
    int octets = 0;
    socklen_t length = sizeof octets;
    return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, &length) < 0 ? -1 : octets;
}

int cl_set_option(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

int cl_set_receive_timeout(int fd, int seconds) {
    struct timeval timeout = {.tv_sec = seconds};
    return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
}

int cl_join(int fd, struct cl_address group, int interface_index) {
    if (group.family == AF_INET6) {
        struct ipv6_mreq request = {
            .ipv6mr_multiaddr = octets_of(group), .ipv6mr_interface = (unsigned)interface_index};
        return setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof request);
    }
    struct ip_mreqn request = {
        .imr_multiaddr = {.s_addr = htonl((uint32_t)group.low)}, .imr_ifindex = interface_index};
    return setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
}

int cl_multicast_interface_v4(int fd, int interface_index) {
    struct ip_mreqn request = {.imr_ifindex = interface_index};
    return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request);
}

int cl_bind(int fd, struct cl_address address) {
    union any_address name;
    socklen_t length = to_kernel(address, &name);
    return bind(fd, &name.generic, length);
}

static socklen_t to_kernel_with_port(struct cl_address address, uint16_t port, union any_address *result) {
    socklen_t length = to_kernel(address, result);
    if (address.family == AF_INET)
        result->v4.sin_port = htons(port);
    else if (address.family == AF_INET6)
        result->v6.sin6_port = htons(port);
    return length;
}

int cl_bind_port(int fd, struct cl_address address, uint16_t port) {
    union any_address name;
    socklen_t length = to_kernel_with_port(address, port, &name);
    return bind(fd, &name.generic, length);
}

ssize_t cl_send_to_port(int fd, const uint8_t *bytes, size_t count, struct cl_address to, uint16_t port) {
    union any_address name;
    socklen_t length = to_kernel_with_port(to, port, &name);
    return sendto(fd, bytes, count, MSG_NOSIGNAL, &name.generic, length);
}

ssize_t cl_send(int fd, const uint8_t *bytes, size_t count, struct cl_address to, struct cl_address from) {
    union any_address name;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    message.msg_namelen = to_kernel(to, &name);
    if (message.msg_namelen)
        message.msg_name = &name;
    if (from.family == AF_INET6) {
        struct in6_pktinfo information = {.ipi6_addr = octets_of(from), .ipi6_ifindex = from.scope};
        memset(control, 0, sizeof control);
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof information);
        memcpy(CMSG_DATA(header), &information, sizeof information);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static void take_control(const struct cmsghdr *header, struct cl_received *received) {
    size_t length = header->cmsg_len - CMSG_LEN(0);
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_HOPLIMIT && length >= sizeof(int)) {
        memcpy(&received->hop_limit, CMSG_DATA(header), sizeof(int));
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_TTL && length >= sizeof(int)) {
        memcpy(&received->hop_limit, CMSG_DATA(header), sizeof(int));
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
        struct in6_pktinfo information;
        if (length < sizeof information)
            return;
        memcpy(&information, CMSG_DATA(header), sizeof information);
        received->destination = address_of_octets(&information.ipi6_addr);
        received->interface_index = information.ipi6_ifindex;
    } else if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
        struct in_pktinfo information;
        if (length < sizeof information)
            return;
        memcpy(&information, CMSG_DATA(header), sizeof information);
        received->destination = (struct cl_address){.family = AF_INET, .low = ntohl(information.ipi_addr.s_addr)};
        received->interface_index = (uint32_t)information.ipi_ifindex;
    }
}

ssize_t cl_receive(int fd, uint8_t *buffer, size_t capacity, struct cl_received *received) {
    union any_address name;
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
    memset(received, 0, sizeof *received);
    received->hop_limit = -1;
    received->source = from_kernel(&name, message.msg_namelen);
    received->truncated = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (received->source.family == AF_PACKET)
        received->interface_index = received->source.scope;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        take_control(header, received);
    return count;
}

int cl_accept_only_neighbor_advertisements(int fd) {
    // Offsets count from the Ethernet header: next header at 14 + 6, ICMPv6 type at 14 + 40.
    static struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 136, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFF),
        BPF_STMT(BPF_RET | BPF_K, 0),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

int cl_accept_only_claims(int fd, int is_v6, const uint32_t *addresses, size_t count) {
    // Six instructions before the list and one after it; conditional jumps reach 255 instructions, so each address has
    // a return of its own.
    enum { MOST = (BPF_MAXINSNS - 7) / 2 };
    struct sock_filter program[BPF_MAXINSNS];
    unsigned short length = 0;
    if (is_v6) {
        // Offsets count from the Ethernet header: next header at 14 + 6, ICMPv6 type at 14 + 40, target's end at 14 + 60.
        program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 20);
        program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 1, 0);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 54);
        program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 136, 1, 0);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 74);
    } else {
        // The sender's protocol address.
        program[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 28);
    }
    int isWhole = count < MOST;
    for (size_t i = 0; isWhole && i < count; i++) {
        program[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, addresses[i], 0, 1);
        program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xFFFF);
    }
    program[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, isWhole ? 0 : 0xFFFF);
    struct sock_fprog filter = {.len = length, .filter = program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

uint32_t cl_netlink_port(int fd) {
    struct sockaddr_nl address = {0};
    socklen_t size = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 ? address.nl_pid : 0;
}

int cl_ignore_netlink_port(int fd, uint32_t port) {
    // The filter reads in network byte order what netlink has in the machine's own; nlmsg_pid is the header's last word.
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
    };
    struct sock_fprog filter = {.len = sizeof program / sizeof program[0], .filter = program};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}
