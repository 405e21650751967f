// Local (unix) stream sockets with paths, and who is at the other end.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int path_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address->sun_path, path, length + 1);
    return 0;
}

static int local_socket(void) { return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

static int close_keeping_errno(int fd) {
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

int cl_local_connect(const char *path) {
    struct sockaddr_un address;
    if (path_address(path, &address) < 0) return -1;
    int fd = local_socket();
    if (fd < 0) return -1;
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return close_keeping_errno(fd);
    return fd;
}

int cl_local_listen(const char *path, unsigned mode, int64_t group, int backlog) {
    struct sockaddr_un address;
    if (path_address(path, &address) < 0) return -1;
    int fd = local_socket();
    if (fd < 0) return -1;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return close_keeping_errno(fd);
    // Nobody can connect before listen(2), so the rights are right before they matter. A socket's own fchmod does not
    // reach its path.
    if ((group >= 0 && chown(path, (uid_t)-1, (gid_t)group) < 0) || chmod(path, mode) < 0 || listen(fd, backlog) < 0) {
        int code = errno;
        unlink(path);
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

int cl_local_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int cl_local_peer(int fd, struct cl_peer *peer) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
    peer->process = credentials.pid;
    peer->user = credentials.uid;
    peer->group = credentials.gid;
    return 0;
}

ssize_t cl_local_peer_groups(int fd, uint32_t *groups, size_t capacity) {
    socklen_t length = (socklen_t)(capacity * sizeof *groups);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) < 0) return -1;
    return (ssize_t)(length / sizeof *groups);
}

int cl_local_pair(int *ours, int *theirs) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return -1;
    *ours = ends[0];
    *theirs = ends[1];
    return 0;
}
