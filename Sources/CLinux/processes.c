#define _GNU_SOURCE
#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// After <sched.h>, whose declaration it must not rename.
#include "clone.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x1000
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

struct child {
    struct cl_spawn_options options;
    const char *path;
    const char *directory;
    char **arguments;
    char **environment;
    const uint32_t *groups;
    size_t group_count;
    pid_t parent;
    volatile int32_t step;
    volatile int32_t error;
};

// Copies above the standard streams first, so that no source is overwritten before it was used.
static int set_streams(const struct cl_spawn_options *options) {
    int sources[3] = {options->input, options->output, options->error};
    for (int i = 0; i < 3; i++) {
        int source = sources[i] >= 0 ? sources[i] : open("/dev/null", O_RDWR | O_CLOEXEC);
        sources[i] = source < 0 ? -1 : fcntl(source, F_DUPFD_CLOEXEC, 3);
        if (sources[i] < 0)
            return -1;
    }
    for (int i = 0; i < 3; i++)
        if (dup2(sources[i], i) < 0)
            return -1;
    return 0;
}

static int close_others(void) {
    if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0)
        return 0;
    if (errno != ENOSYS && errno != EPERM)
        return -1;
    // Kernels before 5.9, and seccomp filters that do not know the call.
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return -1;
    rlim_t last = limit.rlim_cur < 65536 ? limit.rlim_cur : 65536;
    for (rlim_t fd = 3; fd < last; fd++)
        close((int)fd);
    return 0;
}

// The raw calls: glibc's wrappers would change every thread of the parent, whose memory this child shares.
static int set_identity(struct child *child) {
    uint32_t user = child->options.user, group = child->options.group;
    child->step = CL_SPAWN_GROUPS;
    if (syscall(SYS_setgroups, child->group_count, child->groups) < 0)
        return -1;
    child->step = CL_SPAWN_GROUP_ID;
    if (syscall(SYS_setresgid, group, group, group) < 0)
        return -1;
    child->step = CL_SPAWN_USER_ID;
    return (int)syscall(SYS_setresuid, user, user, user);
}

// The raw call: glibc's refuses the two signals it keeps for itself, and an ignored one would be inherited. Zeroes are
// the kernel's sigaction for SIG_DFL without flags, which is smaller than this on every architecture.
static void reset_signals(void) {
    static const unsigned long standard[16] = {0};
    for (int number = 1; number < NSIG; number++)
        syscall(SYS_rt_sigaction, number, standard, NULL, (size_t)((NSIG - 1) / 8));
}

// What RLIMIT_RTTIME was before `cl_limit_real_time` lowered it, for children.
static struct rlimit usual_real_time;
static int has_usual_real_time;

static int prepare(struct child *child) {
    reset_signals();
    // Fails only when somebody has lowered the hard limit meanwhile; a child that is not real-time does not need it.
    if (has_usual_real_time)
        setrlimit(RLIMIT_RTTIME, &usual_real_time);
    child->step = CL_SPAWN_GROUP;
    if (setpgid(0, 0) < 0)
        return -1;
    child->step = CL_SPAWN_STREAMS;
    if (set_streams(&child->options) < 0)
        return -1;
    child->step = CL_SPAWN_DESCRIPTORS;
    if (close_others() < 0)
        return -1;
    if (child->options.has_identity && set_identity(child) < 0)
        return -1;
    // As the user it will run as: the directory may be one that only this user may enter.
    child->step = CL_SPAWN_DIRECTORY;
    if (child->directory && chdir(child->directory) < 0)
        return -1;
    // After the identity, whose change clears it.
    child->step = CL_SPAWN_DEATH_SIGNAL;
    if (child->options.death_signal && prctl(PR_SET_PDEATHSIG, child->options.death_signal) < 0)
        return -1;
    if (getppid() != child->parent) {
        errno = ESRCH;
        return -1;
    }
    return 0;
}

static int run_child(void *argument) {
    struct child *child = argument;
    if (prepare(child) == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        child->step = CL_SPAWN_EXECUTE;
        execve(child->path, child->arguments, child->environment);
    }
    child->error = errno;
    _exit(127);
}

// Points into `strings`, `count` entries and a null after them; null when there are fewer strings than that.
static const char *take_strings(const char *strings, const char *end, size_t count, char **entries) {
    for (size_t i = 0; i < count; i++) {
        const char *terminator = strings < end ? memchr(strings, 0, (size_t)(end - strings)) : NULL;
        if (!terminator)
            return NULL;
        entries[i] = (char *)strings;
        strings = terminator + 1;
    }
    entries[count] = NULL;
    return strings;
}

// The stack is this frame's: CLONE_VFORK keeps it alive until the child has left it.
static struct cl_spawned run_clone(struct child *child) {
    _Alignas(16) char stack[64 * 1024];
    struct cl_spawned result = {.process = -1, .descriptor = -1};
    sigset_t all, previous;
    sigfillset(&all);
    // A handler of ours must not run in the child, which shares our memory.
    pthread_sigmask(SIG_BLOCK, &all, &previous);
    int pid = clone(run_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, child,
                    &result.descriptor);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &previous, NULL);
    result.process = pid;
    result.error = pid < 0 ? error : child->error;
    result.step = pid < 0 ? CL_SPAWN_CLONE : child->step;
    return result;
}

struct cl_spawned cl_spawn(struct cl_spawn_options options, const char *strings, size_t length, const uint32_t *groups,
                           size_t group_count) {
    struct cl_spawned result = {.process = -1, .descriptor = -1, .error = ENOMEM};
    size_t leading = 1 + (options.has_directory ? 1 : 0);
    size_t total = leading + options.argument_count + options.environment_count + 3;
    char **entries = calloc(total, sizeof *entries);
    if (!entries)
        return result;
    struct child child = {.options = options, .groups = groups, .group_count = group_count, .parent = getpid()};
    const char *end = strings + length;
    child.arguments = entries + leading + 1;
    child.environment = child.arguments + options.argument_count + 1;
    strings = take_strings(strings, end, leading, entries);
    if (strings)
        strings = take_strings(strings, end, options.argument_count, child.arguments);
    if (strings)
        strings = take_strings(strings, end, options.environment_count, child.environment);
    if (strings == end) {
        child.path = entries[0];
        child.directory = options.has_directory ? entries[1] : NULL;
        result = run_clone(&child);
    } else {
        result.error = EINVAL;
    }
    free(entries);
    if (result.error && result.process > 0) {
        while (waitpid(result.process, NULL, 0) < 0 && errno == EINTR) {
        }
        close(result.descriptor);
        result.descriptor = -1;
    }
    return result;
}

struct cl_exit cl_reap(int descriptor) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int status;
    do {
        status = waitid((idtype_t)P_PIDFD, (id_t)descriptor, &info, WEXITED | WNOHANG);
    } while (status < 0 && errno == EINTR);
    if (status < 0)
        return (struct cl_exit){.error = errno};
    if (info.si_pid == 0)
        return (struct cl_exit){0};
    if (info.si_code == CLD_EXITED)
        return (struct cl_exit){.is_over = 1, .code = info.si_status};
    return (struct cl_exit){.is_over = 1, .signal = info.si_status};
}

int cl_process_descriptor(int process) { return (int)syscall(SYS_pidfd_open, process, 0u); }

ssize_t cl_processes(int32_t *processes, size_t capacity) {
    DIR *directory = opendir("/proc");
    if (!directory)
        return -1;
    size_t count = 0;
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        char *end;
        long process = strtol(entry->d_name, &end, 10);
        if (*end || process <= 0 || process > INT32_MAX)
            continue;
        if (count < capacity)
            processes[count] = (int32_t)process;
        count++;
    }
    closedir(directory);
    return (ssize_t)count;
}

int cl_silence(unsigned streams) {
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0)
        return -1;
    int result = 0;
    for (int fd = 0; fd < 3; fd++)
        if (streams >> fd & 1 && dup2(null, fd) < 0)
            result = -1;
    if (null > 2)
        close(null);
    return result;
}

static _Noreturn void exit_with(int reader) {
    unsigned char code = EXIT_FAILURE;
    ssize_t count;
    do {
        count = read(reader, &code, 1);
    } while (count < 0 && errno == EINTR);
    // Without an octet the process died before it could say anything.
    _exit(count == 1 ? code : EXIT_FAILURE);
}

int cl_detach(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t first = fork();
    if (first < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        errno = error;
        return -1;
    }
    if (first > 0) {
        close(ends[1]);
        exit_with(ends[0]);
    }
    close(ends[0]);
    if (setsid() < 0)
        _exit(EXIT_FAILURE);
    // Not a session leader, so that no terminal it opens can become its own again.
    pid_t second = fork();
    if (second != 0)
        _exit(second < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
    if (chdir("/") < 0 || cl_silence(1u << STDIN_FILENO) < 0)
        _exit(EXIT_FAILURE);
    return ends[1];
}

int cl_name_process(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

int cl_memory_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int cl_duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 3); }

int cl_execute(const char *strings, size_t length, size_t argument_count, size_t environment_count) {
    const char *end = strings + length;
    char *path[2] = {NULL, NULL};
    char **arguments = calloc(argument_count + environment_count + 2, sizeof *arguments);
    if (!arguments)
        return ENOMEM;
    char **environment = arguments + argument_count + 1;
    strings = take_strings(strings, end, 1, path);
    if (strings)
        strings = take_strings(strings, end, argument_count, arguments);
    if (strings)
        strings = take_strings(strings, end, environment_count, environment);
    int error = EINVAL;
    if (strings == end) {
        execve(path[0], arguments, environment);
        error = errno;
    }
    free(arguments);
    return error;
}

int cl_set_affinity(const uint64_t *bits, size_t words) {
    return (int)syscall(SYS_sched_setaffinity, 0, words * sizeof *bits, bits);
}

ssize_t cl_affinity(uint64_t *bits, size_t words) {
    long octets = syscall(SYS_sched_getaffinity, 0, words * sizeof *bits, bits);
    return octets < 0 ? -1 : (ssize_t)((size_t)octets / sizeof *bits);
}

int cl_limit_real_time(uint64_t microseconds) {
    if (!has_usual_real_time && getrlimit(RLIMIT_RTTIME, &usual_real_time) < 0)
        return -1;
    has_usual_real_time = 1;
    struct rlimit limit = usual_real_time;
    if (microseconds)
        limit.rlim_cur = (rlim_t)microseconds;
    return setrlimit(RLIMIT_RTTIME, &limit);
}

int cl_allow_core_dumps(void) {
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    if (setrlimit(RLIMIT_CORE, &limit) == 0)
        return 0;
    // To raise the hard limit takes CAP_SYS_RESOURCE.
    if (errno != EPERM || getrlimit(RLIMIT_CORE, &limit) < 0)
        return -1;
    if (limit.rlim_max == 0) {
        errno = EPERM;
        return -1;
    }
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_CORE, &limit);
}
