#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// Room for an entry of the user or group database; groups can have many members.
enum { ENTRY_SIZE = 64 * 1024 };

struct cl_identity cl_user_named(const char *name) {
    char room[ENTRY_SIZE];
    struct passwd entry, *found = NULL;
    if (getpwnam_r(name, &entry, room, sizeof room, &found) != 0 || !found)
        return (struct cl_identity){0};
    return (struct cl_identity){.found = 1, .user = found->pw_uid, .group = found->pw_gid};
}

struct cl_identity cl_group_named(const char *name) {
    char room[ENTRY_SIZE];
    struct group entry, *found = NULL;
    if (getgrnam_r(name, &entry, room, sizeof room, &found) != 0 || !found)
        return (struct cl_identity){0};
    return (struct cl_identity){.found = 1, .group = found->gr_gid};
}

static int copy_name(const char *name, char *result, size_t capacity) {
    size_t size = strlen(name) + 1;
    if (size > capacity)
        return -1;
    memcpy(result, name, size);
    return 0;
}

int cl_name_of_user(uint32_t user, char *name, size_t capacity) {
    char room[ENTRY_SIZE];
    struct passwd entry, *found = NULL;
    if (getpwuid_r(user, &entry, room, sizeof room, &found) != 0 || !found)
        return -1;
    return copy_name(found->pw_name, name, capacity);
}

int cl_name_of_group(uint32_t group, char *name, size_t capacity) {
    char room[ENTRY_SIZE];
    struct group entry, *found = NULL;
    if (getgrgid_r(group, &entry, room, sizeof room, &found) != 0 || !found)
        return -1;
    return copy_name(found->gr_name, name, capacity);
}

int cl_groups_of_user(const char *name, uint32_t group, uint32_t *groups, int capacity) {
    int count = capacity;
    getgrouplist(name, group, groups, &count);
    return count;
}

const char *cl_environment(size_t index) {
    for (size_t i = 0; environ && environ[i]; i++)
        if (i == index)
            return environ[i];
    return NULL;
}

int cl_lock_file(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result = fcntl(fd, F_OFD_SETLK, &lock);
    if (result < 0 && errno == EACCES)
        errno = EAGAIN;
    return result;
}

int cl_mark(int fd, int64_t number, int is_set) {
    struct flock lock = {
        .l_type = is_set ? F_RDLCK : F_UNLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
    return fcntl(fd, F_OFD_SETLK, &lock);
}

int cl_is_marked(int fd, int64_t number) {
    // A writer would be stopped by anybody's mark but by that of the same open file.
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
    if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
        return -1;
    return lock.l_type != F_UNLCK;
}

int cl_is_marked_anywhere(int fd) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, F_OFD_GETLK, &lock) < 0)
        return -1;
    return lock.l_type != F_UNLCK;
}

int cl_notify(const char *socket_name, const uint8_t *bytes, size_t count) {
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t length = strlen(socket_name);
    if (length == 0 || length >= sizeof name.sun_path || (socket_name[0] != '/' && socket_name[0] != '@')) {
        errno = EINVAL;
        return -1;
    }
    memcpy(name.sun_path, socket_name, length);
    if (name.sun_path[0] == '@')
        name.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    ssize_t sent = sendto(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&name,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    int error = errno;
    close(fd);
    errno = error;
    return sent < 0 ? -1 : 0;
}
