#pragma once
// Namespaces for rehearsals: hosts that are processes, made and entered by raw system calls.
//
// No _GNU_SOURCE here: it would give fd_set and RUSAGE_* another definition than the Swift Glibc module has.
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stddef.h>
#include <stdint.h>

/// The namespaces and surroundings of one program to start. A descriptor of -1 means: stay where the caller is.
struct lab_spawn {
    int pid_namespace;
    int mount_namespace;
    int network_namespace;
    int uts_namespace;
    /// Becomes standard output and standard error; -1 keeps the caller's.
    int output;
    /// Non-zero: standard input stays, and the program stays in the caller's session (Ctrl-C reaches it).
    int keeps_terminal;
    /// Non-zero: make the mounts private and mount a /proc that shows the process namespace.
    int mounts_proc;
    /// A signal to send to the program when the calling thread ends; 0 is none.
    int death_signal;
    const char *path;
    char *const *arguments;
    char *const *environment;
};

/// What a host's first process prepares before it says that it is ready.
struct lab_host {
    const char *name;
    /// Directories under /tmp or /run that stay visible although both are private to the host.
    char *const *visible;
    int visible_count;
    /// The host ends when the process behind this pidfd ends.
    int owner;
};

/// The step that failed and its errno; step 0 is success.
struct lab_report {
    int32_t step;
    int32_t error;
};

enum {
    LAB_STEP_READY = 0,
    LAB_STEP_CLONE = 1,
    LAB_STEP_PRIVATE_MOUNTS = 2,
    LAB_STEP_RUN = 3,
    LAB_STEP_TMP = 4,
    LAB_STEP_VISIBLE = 5,
    LAB_STEP_PROC = 6,
    LAB_STEP_NAME = 7,
    LAB_STEP_ENTER = 8,
    LAB_STEP_EXECUTE = 9,
    LAB_STEP_PREPARE = 10,
};

/// Starts a host: new process, mount, network and UTS namespaces around a first process that reaps orphans.
/// Returns its pid, or -1 with `report` filled. `pidfd` receives a descriptor for it.
int lab_host_start(const struct lab_host *host, int *pidfd, struct lab_report *report);

/// clone(CLONE_VM|CLONE_VFORK|CLONE_PIDFD) into the namespaces and execve. Returns the pid, or -1 with `report` filled.
int lab_spawn(const struct lab_spawn *spawn, int *pidfd, struct lab_report *report);

/// A descriptor of a new network namespace; the calling thread stays in its own. -1 and errno on failure.
int lab_network_namespace_new(void);
/// setns(2). `kind` is one of LAB_NAMESPACE_*.
int lab_namespace_enter(int descriptor, int kind);
/// unshare(2) of a user namespace for the whole (single-threaded) process, then of process, mount and network namespaces.
int lab_unshare_user(void);
int lab_unshare_rest(void);

enum { LAB_NAMESPACE_NETWORK = 0x40000000, LAB_NAMESPACE_PROCESS = 0x20000000 };

int lab_pidfd_open(int pid);
int lab_pidfd_signal(int pidfd, int signal);
int lab_memory_file(const char *name);
/// The timer slack of the calling thread becomes 1 ns, so that short sleeps end when they should.
int lab_precise_timers(void);
/// ppoll(2) until `deadline` (CLOCK_MONOTONIC, ns; UINT64_MAX is for ever). `items` are struct pollfd.
int lab_poll(void *items, unsigned long count, uint64_t deadline);
/// Starts a thread that runs `body(context)`, with so many octets of stack, 0 for the usual megabytes; 0 or an errno. Join it with
/// the handle.
int lab_thread_start(uint64_t *handle, void (*body)(void *), void *context, size_t stack);
int lab_thread_join(uint64_t handle);
/// Blocks SIGINT, SIGTERM and SIGHUP for the calling thread; the descriptor is readable when one came.
int lab_signal_descriptor(void);

/// Non-blocking TCP. An address is its two halves; IPv4 is the low 32 bits of `low`. -1 and errno on failure.
int lab_stream_connect(int is_v6, uint64_t high, uint64_t low, uint16_t port);
/// Binds also to an address that the host does not have yet.
int lab_stream_listen(int is_v6, uint64_t high, uint64_t low, uint16_t port);
int lab_stream_accept(int listener);
/// The pending error of a connection attempt, 0 when there is none.
int lab_stream_error(int stream);

/// Lays a writable layer over a directory; `upper` and `work` are empty directories of one other file system.
int lab_mount_overlay(const char *directory, const char *upper, const char *work);
