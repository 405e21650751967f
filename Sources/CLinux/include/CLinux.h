// The doors to Linux that Swift cannot open itself: headers the Glibc overlay lacks, variadic calls, function-like
// macros, and structures with unions or trailing pointers. Arguments and results are plain values wherever that is
// possible, so that the Swift side needs few unsafe expressions.
//
// _GNU_SOURCE must not be defined here: it would give fd_set and RUSAGE_* another definition than Swift's Glibc has.
// The .c files define it for themselves.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "capture.h"
#if __has_include("namespaces.h")
#include "namespaces.h"
#endif

// ---- clock.c: time and readiness

struct cl_time {
    int64_t seconds;
    int64_t nanoseconds;
};

struct cl_ready {
    uint64_t token;
    uint32_t events;
};

uint64_t cl_monotonic_nanoseconds(void);
// CLOCK_THREAD_CPUTIME_ID: how long this thread has run.
uint64_t cl_processor_nanoseconds(void);
void cl_sleep_until(uint64_t monotonic_nanoseconds);
// CLOCK_BOOTTIME: as the monotonic clock, and it goes on while the machine is suspended.
uint64_t cl_boottime_nanoseconds(void);
struct cl_time cl_wall_clock(void);
/* 1 when the kernel holds the wall clock for synchronised, else 0. */
int cl_clock_is_synchronised(void);

int cl_epoll_create(void);
// Adds `fd`, or changes what is watched when it is already there.
int cl_epoll_watch(int epoll, int fd, int readable, int writable, uint64_t token);
int cl_epoll_forget(int epoll, int fd);
// Waits without end, or not at all.
int cl_epoll_wait(int epoll, struct cl_ready *ready, int capacity, int waits);
int cl_timer_create(void);
// An absolute CLOCK_MONOTONIC instant; zero disarms.
int cl_timer_set(int fd, uint64_t nanoseconds);
// One descriptor that takes the signals whose bits (1 << signal) are set, which it blocks in the calling thread.
int cl_signal_descriptor(uint64_t signals);
// The next pending signal, 0 when there is none, -1 with errno.
int cl_signal_next(int fd);
int cl_ignore_signal(int signal);
// eventfd(2): readable once it was signalled, until it is taken. Taking waits for a signal where `waits` is set.
int cl_event_create(int waits);
int cl_event_signal(int fd);
int cl_event_take(int fd);

// ---- sockets.c: the addresses of four socket families as one value

struct cl_address {
    int32_t family;   // AF_INET, AF_INET6, AF_PACKET, AF_NETLINK; 0 means none
    uint32_t scope;   // interface index (AF_INET6, AF_PACKET), port (AF_NETLINK)
    uint64_t high;    // first eight octets of an IPv6 address
    uint64_t low;     // last eight octets; an IPv4 address; an Ethernet type; netlink groups
};

struct cl_received {
    struct cl_address source;
    struct cl_address destination;   // from the packet information; family 0 when unknown
    uint32_t interface_index;        // 0 when unknown
    int32_t hop_limit;               // -1 when unknown
    int32_t truncated;
};

// What Swift cannot name: enums of <sys/socket.h> and options that old headers lack.
enum {
    CL_SOCK_RAW = 3,
    CL_SOCK_DGRAM = 2,
    CL_SO_BINDTOIFINDEX = 62,
    CL_SCHED_RESET_ON_FORK = 0x40000000,
    CL_MCL_CURRENT = 1,
    CL_MCL_FUTURE = 2,
    CL_IP_MULTICAST_ALL = 49,
    CL_IPV6_MULTICAST_ALL = 29,
    CL_IPV6_FREEBIND = 78,
    CL_NETLINK_GET_STRICT_CHK = 12,
    CL_IFA_PROTO = 11,
};

// Close-on-exec and non-blocking unless `blocking`.
int cl_socket(int family, int type, int protocol, int blocking);
int cl_set_option(int fd, int level, int name, int value);
// SO_RCVBUF, which is twice what was asked for; -1 with errno.
int cl_receive_buffer(int fd);
int cl_set_receive_timeout(int fd, int seconds);
int cl_join(int fd, struct cl_address group, int interface_index);
int cl_multicast_interface_v4(int fd, int interface_index);
int cl_bind(int fd, struct cl_address address);
// `to` and `from` may be of family 0: the connected or default peer, and the source the kernel chooses.
ssize_t cl_send(int fd, const uint8_t *bytes, size_t count, struct cl_address to, struct cl_address from);
ssize_t cl_receive(int fd, uint8_t *buffer, size_t capacity, struct cl_received *received);
// The same of UDP, where an address has a port.
int cl_bind_port(int fd, struct cl_address address, uint16_t port);
ssize_t cl_send_to_port(int fd, const uint8_t *bytes, size_t count, struct cl_address to, uint16_t port);
// What the beginning of an advert for one of our virtual routers looks like.
struct cl_advert_shape {
    uint8_t virtual_router_id;
    uint8_t version;
    uint8_t authentication_type;   // VRRPv2 only
    uint8_t interval;              // seconds; VRRPv2 only
};

// Classic BPF on a raw VRRP socket of `family`: drops what cannot be an advert for any of `count` virtual routers (at most
// 255), but for one in `sample` of it (a power of two), chosen by chance. `on_link`: the hop limit must be 255.
int cl_drop_refusable(
    int fd, int family, int on_link, const struct cl_advert_shape *shapes, size_t count, uint32_t sample);
// Takes the filter of a socket away; harmless when there is none.
int cl_drop_nothing(int fd);
// Classic BPF on a packet socket for IPv6: neighbor advertisements, nothing else.
int cl_accept_only_neighbor_advertisements(int fd);
// Classic BPF on a packet socket for ARP or, if `is_v6`, IPv6: what claims one of the addresses whose last 32 bits these
// are. A longer list than a filter can hold lets every claim through.
int cl_accept_only_claims(int fd, int is_v6, const uint32_t *addresses, size_t count);
// The port of a bound netlink socket; 0 when it has none.
uint32_t cl_netlink_port(int fd);
// Drops netlink messages that `port` has caused.
int cl_ignore_netlink_port(int fd, uint32_t port);

// ---- local.c: unix stream sockets with paths, close-on-exec and non-blocking

struct cl_peer {
    int32_t process;
    uint32_t user;
    uint32_t group;
};

int cl_local_connect(const char *path);
// `group` owns the path from before anyone can connect; -1 leaves it as it is.
int cl_local_listen(const char *path, unsigned mode, int64_t group, int backlog);
int cl_local_accept(int fd);
// Two connected ends, both blocking.
int cl_local_pair(int *ours, int *theirs);
int cl_local_peer(int fd, struct cl_peer *peer);
// Writes the other end's supplementary groups and returns how many, or -1 with errno (ERANGE: more than `capacity`).
ssize_t cl_local_peer_groups(int fd, uint32_t *groups, size_t capacity);

// ---- processes.c

enum cl_spawn_step {
    CL_SPAWN_CLONE,
    CL_SPAWN_GROUP,
    CL_SPAWN_DIRECTORY,
    CL_SPAWN_STREAMS,
    CL_SPAWN_DESCRIPTORS,
    CL_SPAWN_GROUPS,
    CL_SPAWN_GROUP_ID,
    CL_SPAWN_USER_ID,
    CL_SPAWN_DEATH_SIGNAL,
    CL_SPAWN_EXECUTE,
};

struct cl_spawn_options {
    uint32_t argument_count;
    uint32_t environment_count;
    int32_t has_directory;
    int32_t has_identity;
    uint32_t user;
    uint32_t group;
    int32_t input;   // descriptors; negative means /dev/null
    int32_t output;
    int32_t error;
    int32_t death_signal;   // when the thread that spawned it ends; 0 for none
};

struct cl_spawned {
    int32_t process;
    int32_t descriptor;   // a pidfd
    int32_t error;        // an errno; 0 when the program runs
    int32_t step;         // enum cl_spawn_step that failed
};

struct cl_exit {
    int32_t error;      // an errno, 0 otherwise
    int32_t is_over;    // 0 while it runs
    int32_t signal;     // 0 when it exited by itself
    int32_t code;
};

// `strings` are NUL-terminated, one after the other: path, directory if there is one, arguments, environment.
struct cl_spawned cl_spawn(struct cl_spawn_options options, const char *strings, size_t length, const uint32_t *groups,
                           size_t group_count);
struct cl_exit cl_reap(int descriptor);
int cl_process_descriptor(int process);
// Writes up to `capacity` process IDs of /proc and returns how many there are, or -1 with errno.
ssize_t cl_processes(int32_t *processes, size_t capacity);
// Parts from the terminal. The caller's process waits for one octet from the returned descriptor and exits with it;
// this returns in the detached process only, with the descriptor to write that octet to, or -1 in the first process.
int cl_detach(void);
// What ps shows of this process; fifteen octets.
int cl_name_process(const char *name);
// /dev/null on the standard streams whose bits (1 << descriptor) are set.
int cl_silence(unsigned streams);
// Processors on which this thread may run, one bit each (sched_setaffinity(2)); -1 with errno.
int cl_set_affinity(const uint64_t *bits, size_t words);
// Those on which it may run; returns how many words were written, or -1 with errno.
ssize_t cl_affinity(uint64_t *bits, size_t words);
// The soft RLIMIT_RTTIME of this process; 0 for what it was at first, which children have in any case. -1 with errno.
int cl_limit_real_time(uint64_t microseconds);
// Raises RLIMIT_CORE of this process and its children as far as it may be; -1 with errno.
int cl_allow_core_dumps(void);
// Memory that lives as long as a descriptor of it; close-on-exec.
int cl_memory_create(const char *name);
int cl_duplicate(int fd);
// Replaces this program; `strings` are NUL-terminated, one after the other: path, arguments, environment. Returns errno.
int cl_execute(const char *strings, size_t length, size_t argument_count, size_t environment_count);

// ---- system.c: users, the log, the environment, the service manager

struct cl_identity {
    int32_t found;
    uint32_t user;
    uint32_t group;
};

struct cl_identity cl_user_named(const char *name);
struct cl_identity cl_group_named(const char *name);
// Writes the name, NUL included, and returns 0, or -1 when there is none that fits.
int cl_name_of_user(uint32_t user, char *name, size_t capacity);
int cl_name_of_group(uint32_t group, char *name, size_t capacity);
// Writes up to `capacity` group IDs and returns how many there are.
int cl_groups_of_user(const char *name, uint32_t group, uint32_t *groups, int capacity);
// The environment's variable number `index`, or null past the last.
const char *cl_environment(size_t index);
// An exclusive lock that belongs to the open file, so that it survives fork; -1 with EAGAIN when someone else has it.
int cl_lock_file(int fd);
// A shared lock of one octet, which belongs to the open file. The file may be open for reading only.
int cl_mark(int fd, int64_t number, int is_set);
// 1 when another open file has such a lock there, 0 when none has, -1 on failure.
int cl_is_marked(int fd, int64_t number);
int cl_is_marked_anywhere(int fd);
// A datagram to a Unix socket; a leading '@' stands for the NUL of an abstract name.
int cl_notify(const char *socket_name, const uint8_t *bytes, size_t count);

// ---- names.c: what the system's resolver knows; each of them may wait for servers

struct cl_found {
    size_t count;
    int32_t error;     // an errno, 0 otherwise
    int32_t failure;   // EAI_... of getaddrinfo(3), 0 otherwise
};

// Writes up to `capacity` addresses of a host, the best first.
struct cl_found cl_look_up(const char *name, struct cl_address *addresses, size_t capacity);
// The words for a `failure`.
const char *cl_lookup_failure(int failure);
// Writes the full name of a host, NUL included, and returns 0, or -1 when it has none that fits.
int cl_canonical_name(const char *name, char *canonical, size_t capacity);

// ---- terminal.c: whoever looks at our output

struct cl_size {
    int32_t columns;
    int32_t rows;
};

// Zeroes for what is no terminal.
struct cl_size cl_terminal_size(int fd);
int cl_reader_is_gone(int fd);

// Ends the process with this status instead of its own when its output was lost.
int cl_check_output(int status);
// Some of it was lost, for this reason.
void cl_output_lost(int code);
