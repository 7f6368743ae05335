// Batched UDP on Linux, and the few calls beside it that need _GNU_SOURCE. Results below zero are -errno.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/// One end of a path. IPv4 lies in the low half of `low`, in host order; IPv4-mapped addresses never show up here.
typedef struct {
    uint64_t high, low;
    uint16_t port;
    bool is_ipv6;
} cd_address;

/// Up to CD_BATCH messages, their addresses and control data; prepared once, used again and again.
typedef struct cd_batch cd_batch;
enum { CD_BATCH = 64 };

/// What came with one received datagram.
typedef struct {
    cd_address remote;
    cd_address local;     // without port
    uint32_t length;
    uint32_t overflows;   // datagrams that the socket's queue had no room for, in all; 0: not told
    bool truncated;
} cd_received;

/// What to open: a datagram socket with packet info and overflow counts, or a listening stream socket.
typedef struct {
    cd_address address;
    bool stream, v6only;
    int backlog;          // streams
    int receive_buffer, send_buffer;  // bytes asked for; 0: the system's
} cd_options;

int cd_open(const cd_options *options);
int cd_accept(int socket, cd_address *remote);
int cd_local_address(int socket, cd_address *local);
int cd_remote_address(int socket, cd_address *remote);
socklen_t cd_to_sockaddr(const cd_address *from, int family, struct sockaddr_storage *to);
void cd_from_sockaddr(const struct sockaddr *from, cd_address *to);

cd_batch *cd_batch_create(void);  // NULL: no memory
void cd_batch_free(cd_batch *batch);

/// Receives into slots of `stride` bytes from `buffer` on; returns how many were filled.
int cd_receive(int socket, cd_batch *batch, void *buffer, size_t stride, unsigned count);
void cd_get(cd_batch *batch, unsigned slot, cd_received *received);

/// Makes `slot` one datagram, or a run of datagrams of `segment` bytes each (the last may be shorter) when that is
/// not 0. False when `remote` can't be reached by a socket of `family`.
bool cd_put(cd_batch *batch, unsigned slot, int family, const void *bytes, size_t length, uint16_t segment,
            const cd_address *remote, const cd_address *local);
/// Sends slots first ..< end; returns how many went.
int cd_send(int socket, cd_batch *batch, unsigned first, unsigned end);

void cd_name_thread(const char *name);
