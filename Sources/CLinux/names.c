#define _GNU_SOURCE
#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static struct addrinfo stream_hints(int flags) {
    // One kind of socket, so that each address is listed once.
    return (struct addrinfo){.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
}

static struct cl_address of_entry(const struct addrinfo *entry) {
    struct cl_address address = {.family = entry->ai_family};
    if (entry->ai_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, entry->ai_addr, sizeof v4);
        address.low = ntohl(v4.sin_addr.s_addr);
    } else if (entry->ai_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, entry->ai_addr, sizeof v6);
        for (int i = 0; i < 8; i++) {
            address.high = address.high << 8 | v6.sin6_addr.s6_addr[i];
            address.low = address.low << 8 | v6.sin6_addr.s6_addr[8 + i];
        }
    }
    return address;
}

struct cl_found cl_look_up(const char *name, struct cl_address *addresses, size_t capacity) {
    struct addrinfo hints = stream_hints(0), *list = 0;
    struct cl_found found = {0};
    int code = getaddrinfo(name, 0, &hints, &list);
    if (code) {
        if (code == EAI_SYSTEM)
            found.error = errno;
        else
            found.failure = code;
        return found;
    }
    for (struct addrinfo *entry = list; entry && found.count < capacity; entry = entry->ai_next)
        addresses[found.count++] = of_entry(entry);
    freeaddrinfo(list);
    return found;
}

const char *cl_lookup_failure(int failure) { return gai_strerror(failure); }

int cl_canonical_name(const char *name, char *canonical, size_t capacity) {
    struct addrinfo hints = stream_hints(AI_CANONNAME), *list = 0;
    if (getaddrinfo(name, 0, &hints, &list))
        return -1;
    int result = -1;
    if (list && list->ai_canonname && strlen(list->ai_canonname) < capacity) {
        strcpy(canonical, list->ai_canonname);
        result = 0;
    }
    if (list)
        freeaddrinfo(list);
    return result;
}
