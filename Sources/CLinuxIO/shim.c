#define _GNU_SOURCE
#include "CLinuxIO.h"

#include <asm/termbits.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/can.h>
#include <linux/can/error.h>
#include <linux/can/raw.h>
#include <linux/serial.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int linuxio_open_terminal(const char *path) {
    return open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
}

// FTDI adapters hold received bytes back for 16 ms unless asked not to. Drivers without the setting refuse it.
static void ask_for_low_latency(int fd) {
    struct serial_struct serial;
    int before = errno;
    if (ioctl(fd, TIOCGSERIAL, &serial) == 0) {
        serial.flags |= ASYNC_LOW_LATENCY;
        ioctl(fd, TIOCSSERIAL, &serial);
    }
    errno = before;
}

int linuxio_configure_terminal(int fd, uint32_t baud, int data_bits, enum linuxio_parity parity, int stop_bits,
                               uint32_t *actual_baud) {
    static const tcflag_t sizes[] = {CS5, CS6, CS7, CS8};
    struct termios2 settings;
    if (data_bits < 5 || data_bits > 8 || baud == 0) {
        errno = EINVAL;
        return -1;
    }
    if (ioctl(fd, TCGETS2, &settings) != 0) return -1;
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    // HUPCL stays off: dropping DTR resets many adapters.
    settings.c_cflag = CREAD | CLOCAL | BOTHER | (BOTHER << IBSHIFT) | sizes[data_bits - 5];
    if (stop_bits == 2) settings.c_cflag |= CSTOPB;
    if (parity != LINUXIO_PARITY_NONE) {
        settings.c_cflag |= PARENB;
        // A byte with wrong parity is dropped, so that the checksum of its message fails.
        settings.c_iflag |= INPCK | IGNPAR;
        if (parity == LINUXIO_PARITY_ODD) settings.c_cflag |= PARODD;
    }
    settings.c_ispeed = baud;
    settings.c_ospeed = baud;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    if (ioctl(fd, TCSETS2, &settings) != 0 || ioctl(fd, TCGETS2, &settings) != 0) return -1;
    *actual_baud = settings.c_ospeed;
    ask_for_low_latency(fd);
    return 0;
}

int linuxio_character_errors(int fd, uint32_t *framing, uint32_t *breaks) {
    struct serial_icounter_struct counts = {0};
    if (ioctl(fd, TIOCGICOUNT, &counts) != 0) return -1;
    *framing = (uint32_t)counts.frame;
    *breaks = (uint32_t)counts.brk;
    return 0;
}

int linuxio_lock_terminal(int fd) {
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) errno = EBUSY;
        return -1;
    }
    // flock keeps out programs that ask; TIOCEXCL those that do not (except root).
    return ioctl(fd, TIOCEXCL);
}

int linuxio_unlock_terminal(int fd) {
    return ioctl(fd, TIOCNXCL);
}

int linuxio_discard_terminal(int fd, int output) {
    return ioctl(fd, TCFLSH, output ? TCIOFLUSH : TCIFLUSH);
}

int linuxio_open_pseudo_terminal(char *path, size_t size) {
    uint32_t baud;
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -1;
    int error = 0;
    if (grantpt(fd) != 0 || unlockpt(fd) != 0) error = errno;
    if (error == 0) error = ptsname_r(fd, path, size);
    if (error == 0 && linuxio_configure_terminal(fd, 9600, 8, LINUXIO_PARITY_NONE, 1, &baud) != 0) error = errno;
    if (error == 0) return fd;
    close(fd);
    errno = error;
    return -1;
}

int linuxio_open_can(void) {
    int fd = socket(PF_CAN, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, CAN_RAW);
    if (fd < 0) return -1;
    can_err_mask_t errors = CAN_ERR_MASK;
    if (setsockopt(fd, SOL_CAN_RAW, CAN_RAW_ERR_FILTER, &errors, sizeof errors) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int linuxio_bind_can(int fd, const char *interface) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    if (strlen(interface) >= sizeof request.ifr_name) {
        errno = ENODEV;
        return -1;
    }
    strcpy(request.ifr_name, interface);
    if (ioctl(fd, SIOCGIFINDEX, &request) != 0) return -1;
    struct sockaddr_can address = {.can_family = AF_CAN, .can_ifindex = request.ifr_ifindex};
    // Binding to an interface that is down succeeds; asking first gives the honest answer.
    if (ioctl(fd, SIOCGIFFLAGS, &request) != 0) return -1;
    if (!(request.ifr_flags & IFF_UP)) {
        errno = ENETDOWN;
        return -1;
    }
    return bind(fd, (struct sockaddr *)&address, sizeof address);
}

int linuxio_open_nameless(const char *folder) {
    return open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
}

void linuxio_name_thread(const char *name) {
    char cut[16] = {0};
    strncpy(cut, name, sizeof cut - 1);
    pthread_setname_np(pthread_self(), cut);
}

int linuxio_duplicate(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

int linuxio_open_refusing(void) {
    return open("/", O_PATH | O_CLOEXEC);
}

int linuxio_replace(int fd, int with) {
    int result;
    // Neither is said to happen to a number that is open; a cut must not fail because that is wrong.
    do result = dup3(with, fd, O_CLOEXEC);
    while (result < 0 && (errno == EINTR || errno == EBUSY));
    return result < 0 ? -1 : 0;
}

int linuxio_reset_on_close(int fd) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    return setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int linuxio_set_nonblocking(int fd, int nonblocking) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0) return -1;
    return fcntl(fd, F_SETFL, nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

static int set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

int linuxio_limit_tcp(int fd) {
    if (set(fd, IPPROTO_TCP, TCP_NODELAY, 1) || set(fd, SOL_SOCKET, SO_KEEPALIVE, 1)) return -1;
    if (set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 5) || set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5)) return -1;
    if (set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3)) return -1;
    return set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 10000);
}

int linuxio_accept(int fd) {
    return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int linuxio_limit_caller(int fd, int bytes) {
    if (linuxio_limit_tcp(fd) || set(fd, SOL_SOCKET, SO_SNDBUF, bytes)) return -1;
    return set(fd, SOL_SOCKET, SO_RCVBUF, bytes);
}

int linuxio_peer_user(int fd, uint32_t *user) {
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return -1;
    *user = peer.uid;
    return 0;
}

int linuxio_user_name(uint32_t user, char *name, size_t size) {
    char buffer[4096];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(user, &entry, buffer, sizeof buffer, &found) != 0 || !found) return -1;
    if (strlen(entry.pw_name) >= size) return -1;
    strcpy(name, entry.pw_name);
    return 0;
}
