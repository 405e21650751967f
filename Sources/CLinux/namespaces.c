#define _GNU_SOURCE
#include "namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// After <sched.h>, whose declaration it must not rename.
#include "clone.h"

_Static_assert(LAB_NAMESPACE_NETWORK == CLONE_NEWNET, "CLONE_NEWNET");
_Static_assert(LAB_NAMESPACE_PROCESS == CLONE_NEWPID, "CLONE_NEWPID");

enum { STACK = 128 * 1024, MAXIMUM_VISIBLE = 16 };

static void default_signals(void) {
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 65; number++)
        if (number != SIGKILL && number != SIGSTOP) sigaction(number, &standard, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
}

static int close_all(unsigned first, unsigned last) {
    if (first > last) return 0;
    return (int)syscall(SYS_close_range, first, last, 0);
}

// ---- the first process of a host -------------------------------------------------------------------------------

struct host_start {
    const struct lab_host *host;
    int pipe;
};

static int is_hidden(const char *path) { return !strncmp(path, "/tmp/", 5) || !strncmp(path, "/run/", 5); }

static void make_directories(const char *path) {
    char part[4096];
    for (size_t index = 1; path[index] && index < sizeof part; index++) {
        if (path[index] != '/') continue;
        memcpy(part, path, index);
        part[index] = 0;
        mkdir(part, 0755);
    }
    mkdir(path, 0755);
}

/// /run and /tmp become the host's own; the directories that must stay visible are mounted again at their places.
static int private_directories(const struct lab_host *host) {
    int kept[MAXIMUM_VISIBLE];
    if (host->visible_count > MAXIMUM_VISIBLE) {
        errno = E2BIG;
        return LAB_STEP_VISIBLE;
    }
    for (int index = 0; index < host->visible_count; index++) {
        kept[index] = is_hidden(host->visible[index]) ? open(host->visible[index], O_PATH | O_DIRECTORY) : -2;
        if (kept[index] == -1) return LAB_STEP_VISIBLE;
    }
    if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")) return LAB_STEP_RUN;
    if (mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")) return LAB_STEP_TMP;
    for (int index = 0; index < host->visible_count; index++) {
        char source[64];
        if (kept[index] < 0) continue;
        snprintf(source, sizeof source, "/proc/self/fd/%d", kept[index]);
        make_directories(host->visible[index]);
        if (mount(source, host->visible[index], 0, MS_BIND | MS_REC, 0)) return LAB_STEP_VISIBLE;
        close(kept[index]);
    }
    return 0;
}

static int prepare(const struct lab_host *host) {
    if (mount(0, "/", 0, MS_REC | MS_PRIVATE, 0)) return LAB_STEP_PRIVATE_MOUNTS;
    int step = private_directories(host);
    if (step) return step;
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) return LAB_STEP_PROC;
    // A /sys of its own shows the host's interfaces to checks that look there. Containers may forbid it; such checks
    // then see the machine's, which is no reason not to rehearse.
    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
    // What a rehearsed daemon says must not reach the machine's own log. Where there is no /dev/log this fails.
    mount("/dev/null", "/dev/log", 0, MS_BIND, 0);
    if (sethostname(host->name, strlen(host->name))) return LAB_STEP_NAME;
    return 0;
}

static int host_main(void *argument) {
    const struct host_start *start = argument;
    int owner = start->host->owner, pipe = start->pipe;
    struct lab_report report = {0, 0};
    default_signals();
    prctl(PR_SET_NAME, "rehearsal-host");
    setsid();
    // This is a copy of a process that may have had anything open: keep the two descriptors that are ours.
    int null = open("/dev/null", O_RDWR);
    for (int descriptor = 0; descriptor < 3; descriptor++) dup2(null, descriptor);
    int low = owner < pipe ? owner : pipe, high = owner < pipe ? pipe : owner;
    close_all(3, (unsigned)low - 1);
    close_all((unsigned)low + 1, (unsigned)high - 1);
    close_all((unsigned)high + 1, ~0U);

    report.step = prepare(start->host);
    report.error = report.step ? errno : 0;
    if (write(pipe, &report, sizeof report) != sizeof report || report.step) _exit(1);
    close(pipe);
    // Orphans of this process namespace become children of this process; ignoring SIGCHLD lets the kernel reap them.
    signal(SIGCHLD, SIG_IGN);
    struct pollfd wait = {.fd = owner, .events = POLLIN};
    while (poll(&wait, 1, -1) < 0 && errno == EINTR) {}
    _exit(0);
}

int lab_host_start(const struct lab_host *host, int *pidfd, struct lab_report *report) {
    int pipes[2];
    char *stack = mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED || pipe2(pipes, O_CLOEXEC)) {
        *report = (struct lab_report){LAB_STEP_PREPARE, errno};
        if (stack != MAP_FAILED) munmap(stack, STACK);
        return -1;
    }
    struct host_start start = {host, pipes[1]};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // Without CLONE_VM: the host's first process is a copy that lives on. It makes nothing but system calls.
    int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS | CLONE_PIDFD | SIGCHLD;
    int pid = clone(host_main, stack + STACK, flags, &start, pidfd);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    munmap(stack, STACK);
    close(pipes[1]);
    if (pid < 0) {
        *report = (struct lab_report){LAB_STEP_CLONE, error};
    } else {
        ssize_t size;
        do size = read(pipes[0], report, sizeof *report);
        while (size < 0 && errno == EINTR);
        if (size != sizeof *report) *report = (struct lab_report){LAB_STEP_PREPARE, ECHILD};
        if (report->step) {
            syscall(SYS_pidfd_send_signal, *pidfd, SIGKILL, 0, 0);
            waitpid(pid, 0, __WALL);
            close(*pidfd);
            pid = -1;
        }
    }
    close(pipes[0]);
    return pid;
}

// ---- programs inside a host ------------------------------------------------------------------------------------

struct program_start {
    const struct lab_spawn *spawn;
    volatile struct lab_report report;
};

static int enter(int descriptor, int kind) { return descriptor < 0 ? 0 : setns(descriptor, kind); }

static int prepare_program(const struct lab_spawn *spawn) {
    if (enter(spawn->mount_namespace, CLONE_NEWNS) || enter(spawn->network_namespace, CLONE_NEWNET) ||
        enter(spawn->uts_namespace, CLONE_NEWUTS))
        return LAB_STEP_ENTER;
    if (spawn->death_signal && prctl(PR_SET_PDEATHSIG, spawn->death_signal)) return LAB_STEP_PREPARE;
    if (spawn->mounts_proc) {
        if (mount(0, "/", 0, MS_REC | MS_PRIVATE, 0)) return LAB_STEP_PRIVATE_MOUNTS;
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0)) return LAB_STEP_PROC;
    }
    if (!spawn->keeps_terminal) {
        int null = open("/dev/null", O_RDONLY);
        if (null < 0 || dup2(null, 0) < 0 || setsid() < 0) return LAB_STEP_PREPARE;
    }
    if (spawn->output >= 0 && (dup2(spawn->output, 1) < 0 || dup2(spawn->output, 2) < 0)) return LAB_STEP_PREPARE;
    if (close_all(3, ~0U)) return LAB_STEP_PREPARE;
    return 0;
}

static int program_main(void *argument) {
    struct program_start *start = argument;
    const struct lab_spawn *spawn = start->spawn;
    default_signals();
    int step = prepare_program(spawn);
    if (!step) {
        execve(spawn->path, spawn->arguments, spawn->environment);
        step = LAB_STEP_EXECUTE;
    }
    start->report.error = errno;
    start->report.step = step;
    _exit(127);
}

int lab_spawn(const struct lab_spawn *spawn, int *pidfd, struct lab_report *report) {
    *report = (struct lab_report){LAB_STEP_READY, 0};
    int home = -1;
    char *stack = mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) {
        *report = (struct lab_report){LAB_STEP_PREPARE, errno};
        return -1;
    }
    struct program_start start = {.spawn = spawn};
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // The process namespace for children belongs to the thread: it is set for this one clone and put back after it.
    if (spawn->pid_namespace >= 0 && ((home = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC)) < 0 ||
                                      setns(spawn->pid_namespace, CLONE_NEWPID)))
        *report = (struct lab_report){LAB_STEP_ENTER, errno};
    int pid = -1;
    if (!report->step) {
        pid = clone(program_main, stack + STACK, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, pidfd);
        if (pid < 0) *report = (struct lab_report){LAB_STEP_CLONE, errno};
        if (spawn->pid_namespace >= 0 && setns(home, CLONE_NEWPID)) abort();
    }
    pthread_sigmask(SIG_SETMASK, &before, 0);
    if (home >= 0) close(home);
    munmap(stack, STACK);
    if (pid >= 0 && start.report.step) {
        *report = (struct lab_report){start.report.step, start.report.error};
        waitpid(pid, 0, __WALL);
        close(*pidfd);
        pid = -1;
    }
    return pid;
}

// ---- small calls -----------------------------------------------------------------------------------------------

int lab_network_namespace_new(void) {
    int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), made = -1;
    if (home < 0) return -1;
    if (!unshare(CLONE_NEWNET)) {
        made = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        int error = errno;
        // Going on in a namespace that nobody asked for would be worse than stopping.
        if (setns(home, CLONE_NEWNET)) abort();
        errno = error;
    }
    int error = errno;
    close(home);
    errno = error;
    return made;
}

int lab_namespace_enter(int descriptor, int kind) { return setns(descriptor, kind); }
int lab_unshare_user(void) { return unshare(CLONE_NEWUSER); }
int lab_unshare_rest(void) { return unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET); }
int lab_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int lab_pidfd_signal(int pidfd, int signal) { return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0); }
int lab_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
int lab_precise_timers(void) { return prctl(PR_SET_TIMERSLACK, 1UL); }

int lab_poll(void *items, unsigned long count, uint64_t deadline) {
    struct timespec now, left;
    if (deadline == UINT64_MAX) return ppoll(items, count, 0, 0);
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint64_t instant = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
    uint64_t remaining = deadline > instant ? deadline - instant : 0;
    left.tv_sec = (time_t)(remaining / 1000000000U);
    left.tv_nsec = (long)(remaining % 1000000000U);
    return ppoll(items, count, &left, 0);
}

struct thread_start {
    void (*body)(void *);
    void *context;
};

static void *thread_main(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    start.body(start.context);
    return 0;
}

int lab_thread_start(uint64_t *handle, void (*body)(void *), void *context, size_t stack) {
    struct thread_start *start = malloc(sizeof *start);
    if (!start) return ENOMEM;
    *start = (struct thread_start){body, context};
    pthread_t thread;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (!error && stack) error = pthread_attr_setstacksize(&attributes, stack);
    if (!error) error = pthread_create(&thread, &attributes, thread_main, start);
    pthread_attr_destroy(&attributes);
    if (error)
        free(start);
    else
        *handle = (uint64_t)thread;
    return error;
}

int lab_thread_join(uint64_t handle) { return pthread_join((pthread_t)handle, 0); }

int lab_signal_descriptor(void) {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGHUP);
    int error = pthread_sigmask(SIG_BLOCK, &wanted, 0);
    if (error) {
        errno = error;
        return -1;
    }
    return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

int lab_mount_overlay(const char *directory, const char *upper, const char *work) {
    char options[3 * 4096];
    int size = snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", directory, upper, work);
    if (size < 0 || size >= (int)sizeof options) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return mount("overlay", directory, "overlay", 0, options);
}

// ---- streams ---------------------------------------------------------------------------------------------------

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t make_address(union address *address, int is_v6, uint64_t high, uint64_t low, uint16_t port) {
    memset(address, 0, sizeof *address);
    if (!is_v6) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        address->v4.sin_addr.s_addr = htonl((uint32_t)low);
        return sizeof address->v4;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(port);
    for (int index = 0; index < 8; index++) {
        address->v6.sin6_addr.s6_addr[index] = (uint8_t)(high >> (56 - 8 * index));
        address->v6.sin6_addr.s6_addr[8 + index] = (uint8_t)(low >> (56 - 8 * index));
    }
    return sizeof address->v6;
}

static int fail_closing(int descriptor) {
    int error = errno;
    close(descriptor);
    errno = error;
    return -1;
}

int lab_stream_connect(int is_v6, uint64_t high, uint64_t low, uint16_t port) {
    union address address;
    socklen_t size = make_address(&address, is_v6, high, low, port);
    int stream = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (stream < 0) return -1;
    setsockopt(stream, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(stream, &address.any, size) && errno != EINPROGRESS) return fail_closing(stream);
    return stream;
}

int lab_stream_listen(int is_v6, uint64_t high, uint64_t low, uint16_t port) {
    union address address;
    socklen_t size = make_address(&address, is_v6, high, low, port);
    int stream = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (stream < 0) return -1;
    // The address arrives later: it may be bound before the host has it, as net.ipv4.ip_nonlocal_bind allows.
    setsockopt(stream, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (is_v6) {
        setsockopt(stream, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
        setsockopt(stream, IPPROTO_IPV6, IPV6_FREEBIND, &yes, sizeof yes);
    } else {
        setsockopt(stream, IPPROTO_IP, IP_FREEBIND, &yes, sizeof yes);
    }
    if (bind(stream, &address.any, size) || listen(stream, 1024)) return fail_closing(stream);
    return stream;
}

int lab_stream_accept(int listener) { return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int lab_stream_error(int stream) {
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(stream, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}
