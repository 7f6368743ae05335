#include "CDatagrams.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

struct cd_slot {
    struct sockaddr_in6 name;  // also holds a sockaddr_in
    struct iovec bytes;
    _Alignas(struct cmsghdr) unsigned char control[128];
};

struct cd_batch {
    struct mmsghdr messages[CD_BATCH];
    struct cd_slot slots[CD_BATCH];
};

static void read_v6(const struct in6_addr *from, cd_address *to) {
    uint64_t words[2];
    memcpy(words, from, 16);
    to->high = be64toh(words[0]);
    to->low = be64toh(words[1]);
    to->is_ipv6 = !IN6_IS_ADDR_V4MAPPED(from);
    if (!to->is_ipv6) to->low &= UINT32_MAX;
}

static void write_v6(const cd_address *from, struct in6_addr *to) {
    uint64_t words[2] = {htobe64(from->high), htobe64(from->is_ipv6 ? from->low : 0xFFFF00000000 | from->low)};
    memcpy(to, words, 16);
}

void cd_from_sockaddr(const struct sockaddr *from, cd_address *to) {
    *to = (cd_address){0};
    if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
        read_v6(&v6->sin6_addr, to);
        to->port = ntohs(v6->sin6_port);
    } else if (from->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
        to->low = ntohl(v4->sin_addr.s_addr);
        to->port = ntohs(v4->sin_port);
    }
}

socklen_t cd_to_sockaddr(const cd_address *from, int family, struct sockaddr_storage *to) {
    if (family == AF_INET6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)to;
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(from->port)};
        write_v6(from, &v6->sin6_addr);
        return sizeof *v6;
    }
    if (from->is_ipv6) return 0;
    struct sockaddr_in *v4 = (struct sockaddr_in *)to;
    *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(from->port)};
    v4->sin_addr.s_addr = htonl((uint32_t)from->low);
    return sizeof *v4;
}

static void ask_buffer(int fd, int option, int force, int bytes) {
    // Best effort: forcing needs CAP_NET_ADMIN, and the plain form is cut to the system's limit.
    if (bytes > 0 && setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof bytes) != 0)
        setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof bytes);
}

static int configure(int fd, int family, const cd_options *options) {
    const int on = 1, v6only = options->v6only;
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof v6only) != 0) return -1;
    if (options->stream) return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) != 0) return -1;
    ask_buffer(fd, SO_RCVBUF, SO_RCVBUFFORCE, options->receive_buffer);
    ask_buffer(fd, SO_SNDBUF, SO_SNDBUFFORCE, options->send_buffer);
    if (family == AF_INET6) return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

int cd_open(const cd_options *options) {
    int family = options->address.is_ipv6 ? AF_INET6 : AF_INET;
    int fd = socket(family, (options->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    struct sockaddr_storage name;
    socklen_t length = cd_to_sockaddr(&options->address, family, &name);
    if (configure(fd, family, options) != 0 || bind(fd, (struct sockaddr *)&name, length) != 0 ||
        (options->stream && listen(fd, options->backlog) != 0)) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd;
}

int cd_accept(int socket, cd_address *remote) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    int fd = accept4(socket, (struct sockaddr *)&name, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return -errno;
    cd_from_sockaddr((struct sockaddr *)&name, remote);
    return fd;
}

int cd_local_address(int socket, cd_address *local) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (getsockname(socket, (struct sockaddr *)&name, &length) != 0) return -errno;
    cd_from_sockaddr((struct sockaddr *)&name, local);
    return 0;
}

int cd_remote_address(int socket, cd_address *remote) {
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof name;
    if (getpeername(socket, (struct sockaddr *)&name, &length) != 0) return -errno;
    cd_from_sockaddr((struct sockaddr *)&name, remote);
    return 0;
}

cd_batch *cd_batch_create(void) { return calloc(1, sizeof(cd_batch)); }

void cd_batch_free(cd_batch *batch) { free(batch); }

int cd_receive(int socket, cd_batch *batch, void *buffer, size_t stride, unsigned count) {
    if (count > CD_BATCH) count = CD_BATCH;
    for (unsigned i = 0; i < count; i++) {
        struct cd_slot *slot = &batch->slots[i];
        slot->bytes = (struct iovec){(char *)buffer + i * stride, stride};
        batch->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &slot->name, .msg_namelen = sizeof slot->name, .msg_iov = &slot->bytes, .msg_iovlen = 1,
            .msg_control = slot->control, .msg_controllen = sizeof slot->control};
    }
    int received = recvmmsg(socket, batch->messages, count, MSG_DONTWAIT, NULL);
    return received < 0 ? -errno : received;
}

void cd_get(cd_batch *batch, unsigned slot, cd_received *received) {
    struct msghdr *header = &batch->messages[slot].msg_hdr;
    *received = (cd_received){.length = batch->messages[slot].msg_len};
    received->truncated = header->msg_flags & MSG_TRUNC;
    cd_from_sockaddr(header->msg_name, &received->remote);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            received->local.low = ntohl(((struct in_pktinfo *)CMSG_DATA(c))->ipi_spec_dst.s_addr);
        } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            read_v6(&((struct in6_pktinfo *)CMSG_DATA(c))->ipi6_addr, &received->local);
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
            memcpy(&received->overflows, CMSG_DATA(c), sizeof received->overflows);
        }
    }
}

static void *add_control(struct msghdr *header, int level, int type, size_t size) {
    struct cmsghdr *control = (struct cmsghdr *)((unsigned char *)header->msg_control + header->msg_controllen);
    *control = (struct cmsghdr){.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(size)};
    header->msg_controllen += CMSG_SPACE(size);
    return CMSG_DATA(control);
}

bool cd_put(cd_batch *batch, unsigned index, int family, const void *bytes, size_t length, uint16_t segment,
            const cd_address *remote, const cd_address *local) {
    struct cd_slot *slot = &batch->slots[index];
    struct msghdr *header = &batch->messages[index].msg_hdr;
    slot->bytes = (struct iovec){(void *)bytes, length};
    *header = (struct msghdr){.msg_name = &slot->name, .msg_iov = &slot->bytes, .msg_iovlen = 1,
                              .msg_control = slot->control};
    header->msg_namelen = cd_to_sockaddr(remote, family, (struct sockaddr_storage *)&slot->name);
    if (header->msg_namelen == 0 || (local->is_ipv6 && family != AF_INET6)) return false;
    if (local->high == 0 && local->low == 0) {
        // The kernel chooses the source.
    } else if (family == AF_INET6) {
        struct in6_pktinfo *info = add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, sizeof *info);
        *info = (struct in6_pktinfo){0};
        write_v6(local, &info->ipi6_addr);
    } else {
        struct in_pktinfo *info = add_control(header, IPPROTO_IP, IP_PKTINFO, sizeof *info);
        *info = (struct in_pktinfo){.ipi_spec_dst.s_addr = htonl((uint32_t)local->low)};
    }
    if (segment) *(uint16_t *)add_control(header, IPPROTO_UDP, UDP_SEGMENT, sizeof segment) = segment;
    return true;
}

int cd_send(int socket, cd_batch *batch, unsigned first, unsigned end) {
    int sent = sendmmsg(socket, batch->messages + first, end - first, MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}

void cd_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }
