/* SPDX-License-Identifier: MIT */
#include "agent/socket_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

/* Returns 0 when nobody listens on `path`, so that it may be replaced. */
static int look_at(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, r = 0;

	if (lstat(address->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN)
		r = -EADDRINUSE;
	else if (errno != ECONNREFUSED && errno != ENOENT)
		r = -errno;
	close(fd);
	return r;
}

static void make_directory(const char *path)
{
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
	mode_t before;
	char *slash;

	snprintf(directory, sizeof(directory), "%s", path);
	slash = strrchr(directory, '/');
	if (!slash || slash == directory)
		return;
	*slash = 0;
	before = umask(022);    /* others shall reach the socket */
	mkdir(directory, 0755); /* bind() says why there is none */
	umask(before);
}

/*
 * It must be ready before anybody can connect: nobody can until listen(). Whoever may write to the
 * directory can put a link in its place: by its name nothing is changed that a link leads to.
 */
static int bind_and_listen(int fd, const struct sockaddr_un *address, mode_t mode, gid_t gid)
{
	mode_t before = umask(0777 & ~mode);
	int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	umask(before);
	if (!r && gid != (gid_t)-1 && lchown(address->sun_path, -1, gid))
		r = -errno;
	if (!r && listen(fd, BACKLOG))
		r = -errno;
	return r;
}

int socket_file_open(struct socket_file *s, const char *path, mode_t mode, gid_t gid,
		     struct why *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX}, beside = {.sun_family = AF_UNIX};
	struct stat st;
	int r;

	*s = (struct socket_file){.fd = -1};
	if ((size_t)snprintf(beside.sun_path, sizeof(beside.sun_path), "%s.%d", path,
			     (int)getpid()) >= sizeof(beside.sun_path)) {
		return why_set(why, -ENAMETOOLONG, "the path is too long");
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	make_directory(path);
	unlink(beside.sun_path);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r = s->fd < 0 ? -errno : bind_and_listen(s->fd, &beside, mode, gid);
	if (!r && lstat(beside.sun_path, &st))
		r = -errno;
	if (!r)
		r = look_at(&address);
	if (!r && rename(beside.sun_path, path))
		r = -errno;
	if (!r) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
		return 0;
	}
	if (s->fd >= 0) {
		unlink(beside.sun_path);
		close(s->fd);
	}
	s->fd = -1;
	if (r == -EADDRINUSE)
		return why_set(why, r, "another agent listens there");
	if (r == -EEXIST)
		return why_set(why, r, "there is a file that is no socket");
	return why_errno(why, r, NULL);
}

bool socket_file_reachable(const struct socket_file *s, const char *path)
{
	struct stat st;

	return s->fd >= 0 && !lstat(path, &st) && st.st_dev == s->dev && st.st_ino == s->ino;
}

void socket_file_close(struct socket_file *s, const char *path)
{
	if (socket_file_reachable(s, path))
		unlink(path);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
