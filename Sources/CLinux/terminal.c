#define _GNU_SOURCE
#include "CLinux.h"

#include <poll.h>
#include <sys/ioctl.h>

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
