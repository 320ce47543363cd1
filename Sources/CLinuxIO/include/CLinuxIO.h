#ifndef CLINUXIO_H
#define CLINUXIO_H

// What Swift cannot reach by itself: GNU-only calls, variadic calls, and headers that contradict <termios.h>.
// Every function returns -1 and sets errno on failure, unless it says otherwise.

#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

enum linuxio_parity { LINUXIO_PARITY_NONE, LINUXIO_PARITY_EVEN, LINUXIO_PARITY_ODD };

/// Opens without blocking and without becoming the controlling terminal.
int linuxio_open_terminal(const char *path);
/// Sets raw mode and any baud rate; `actual_baud` receives what the driver made of it.
int linuxio_configure_terminal(int fd, uint32_t baud, int data_bits, enum linuxio_parity parity, int stop_bits,
                               uint32_t *actual_baud);
/// Tells how many framing errors and breaks the driver has counted; ENOTTY or EINVAL if it counts none.
int linuxio_character_errors(int fd, uint32_t *framing, uint32_t *breaks);
/// Takes the terminal for this process alone; EBUSY if another program holds it.
int linuxio_lock_terminal(int fd);
/// Undoes linuxio_lock_terminal, so that whoever opens next is let in.
int linuxio_unlock_terminal(int fd);
/// Throws away what was received and not read, and with `output` also what was written and not sent.
int linuxio_discard_terminal(int fd, int output);

/// Creates a pseudo-terminal in raw mode; returns the master and writes the path of the slave.
int linuxio_open_pseudo_terminal(char *path, size_t size);

/// Opens a raw CAN socket that also receives error frames.
int linuxio_open_can(void);
/// Binds a raw CAN socket to an interface; ENODEV if there is none, ENETDOWN if it is not up.
int linuxio_bind_can(int fd, const char *interface);

/// Creates a file without a name in a folder; EOPNOTSUPP or EISDIR where the file system knows none.
int linuxio_open_nameless(const char *folder);

/// Names the calling thread; longer names are cut to 15 characters.
void linuxio_name_thread(const char *name);
/// Duplicates a descriptor with close-on-exec set.
int linuxio_duplicate(int fd);
/// Opens a descriptor on which every transfer fails with EBADF.
int linuxio_open_refusing(void);
/// Puts the file behind `with` behind the open number `fd`, in one step; what was behind `fd` is closed there.
int linuxio_replace(int fd, int with);
/// Makes the last close of a TCP connection throw away what was not sent yet, and reset the connection.
int linuxio_reset_on_close(int fd);
/// Sets or clears O_NONBLOCK.
int linuxio_set_nonblocking(int fd, int nonblocking);
/// Puts sensible limits on a TCP connection: no delay, and a peer that is silent to probes is gone after ~20 s.
int linuxio_limit_tcp(int fd);
/// Takes the next caller of a socket that listens; his descriptor does not wait.
int linuxio_accept(int fd);
/// Does linuxio_limit_tcp for a caller, and lets the kernel keep about so many bytes in each direction, no more.
int linuxio_limit_caller(int fd, int bytes);
/// Tells which user is at the other end of a Unix socket.
int linuxio_peer_user(int fd, uint32_t *user);
/// Writes the name of a user; -1 if there is none, or it does not fit.
int linuxio_user_name(uint32_t user, char *name, size_t size);

#endif
