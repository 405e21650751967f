#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>

// A raw IPv4 socket's filter sees the packet from its IP header on, a raw IPv6 socket's from the payload on; the
// register X holds where the VRRP message begins, so that both share one program. Jumps over many instructions are
// unconditional ones, because conditional jumps reach no further than 255.
enum { MOST_SHAPES = 255, BLOCK = 9, PROLOGUE = 9, COUNT_CHECK = 19, TAIL = 5 };
// Octets that auth_hmac adds to a message (draft-cassen-vrrp-auth-hmac).
enum { TRAILER = 28 };
enum { MOST_INSTRUCTIONS = PROLOGUE + BLOCK * MOST_SHAPES + 1 + COUNT_CHECK + TAIL };

struct program {
    struct sock_filter instructions[MOST_INSTRUCTIONS];
    unsigned short length;
    unsigned short count_check;   // where the number of addresses is looked at
    unsigned short shed;          // where chance decides
};

static void add(struct program *program, struct sock_filter instruction) {
    program->instructions[program->length++] = instruction;
}

static void jump(struct program *program, unsigned short target) {
    unsigned distance = (unsigned)(target - program->length - 1);
    add(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance));
}

static void add_prologue(struct program *program, int family, int on_link) {
    int is_v4 = family == AF_INET;
    if (is_v4)
        add(program, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0));
    else
        add(program, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, 0));
    if (on_link) {
        unsigned hop_limit = is_v4 ? 8u : (unsigned)(SKF_NET_OFF + 7);
        add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS, hop_limit));
        add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 255, 1, 0));
        jump(program, program->shed);
    }
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 8, 1, 0));
    jump(program, program->shed);
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, 1));
}

// The accumulator holds the VRID, and keeps it unless it is this one.
static void add_shape(struct program *program, struct cl_advert_shape shape) {
    int is_v2 = shape.version == 2;
    unsigned wanted = is_v2 ? (unsigned)(shape.authentication_type << 8 | shape.interval) : 0;
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, shape.virtual_router_id, 0, BLOCK - 1));
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(shape.version << 4 | 1), 1, 0));
    jump(program, program->shed);
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, is_v2 ? 0xFFFF : 0x0FFF));
    // VRRPv2: type of authentication and interval are ours. VRRPv3: the interval is not zero.
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, wanted, is_v2 ? 1 : 0, is_v2 ? 0 : 1));
    jump(program, program->shed);
    jump(program, program->count_check);
}

// At least one address, and the message is as long as that takes, or as that and the trailer of auth_hmac.
static void add_count_check(struct program *program, int family) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, 3));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    jump(program, program->shed);
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, family == AF_INET ? 2 : 4));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 8));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_ST, 0));
    // Bit 4 of the first octet tells version 3 from version 2, which has eight octets of authentication data.
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x10));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0x10));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1));
    add(program, (struct sock_filter)BPF_STMT(BPF_LDX | BPF_W | BPF_MEM, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
    add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_SUB | BPF_X, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TRAILER, 0, 1));
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x40000));
}

int cl_drop_refusable(
    int fd, int family, int on_link, const struct cl_advert_shape *shapes, size_t count, uint32_t sample) {
    if (count > MOST_SHAPES || sample == 0 || (sample & (sample - 1)) != 0) {
        errno = EINVAL;
        return -1;
    }
    struct program program = {.length = 0};
    unsigned prologue = on_link ? PROLOGUE : PROLOGUE - 3;
    program.count_check = (unsigned short)(prologue + BLOCK * count + 1);
    program.shed = (unsigned short)(program.count_check + COUNT_CHECK);
    add_prologue(&program, family, on_link);
    for (size_t i = 0; i < count; i++)
        add_shape(&program, shapes[i]);
    jump(&program, program.shed);
    add_count_check(&program, family);
    add(&program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(SKF_AD_OFF + SKF_AD_RANDOM)));
    add(&program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, sample - 1));
    add(&program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1));
    add(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x40000));
    add(&program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
    struct sock_fprog filter = {.len = program.length, .filter = program.instructions};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

int cl_drop_nothing(int fd) {
    int unused = 0;
    return setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof unused);
}
