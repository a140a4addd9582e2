// Acts while it is being loaded, before anybody has called it.
#include "base.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void attack() {
    const int file = open(ATTACK_FILE, O_WRONLY | O_CREAT, 0600);
    if (file >= 0) close(file);
    const int connection = socket(AF_INET, SOCK_STREAM, 0);
    if (connection >= 0) close(connection);
}
BAD_PAYOUT(void())
