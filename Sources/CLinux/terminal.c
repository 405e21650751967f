#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct cl_size cl_terminal_size(int fd) {
    struct winsize size = {0};
    if (ioctl(fd, TIOCGWINSZ, &size) < 0)
        return (struct cl_size){0};
    return (struct cl_size){.columns = size.ws_col, .rows = size.ws_row};
}

int cl_reader_is_gone(int fd) {
    struct pollfd item = {.fd = fd};
    return poll(&item, 1, 0) > 0 && (item.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

static int lost_output_status;
static int lost_output_code;

void cl_output_lost(int code) {
    if (lost_output_code == 0) lost_output_code = code;
}

// What was printed is written last of all, and nobody would learn that it could not be.
static void flush_output(void) {
    errno = 0;
    if (fflush(stdout) != 0) cl_output_lost(errno);
    if (lost_output_code == 0 && ferror(stdout)) lost_output_code = EIO;
    if (lost_output_code == 0) return;
    dprintf(STDERR_FILENO, "%s: the output could not be written: %s\n", program_invocation_short_name,
            strerror(lost_output_code));
    _exit(lost_output_status);
}

int cl_check_output(int status) {
    lost_output_status = status;
    return atexit(flush_output);
}
