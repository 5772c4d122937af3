/* SPDX-License-Identifier: MIT */
#include "options/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define BLANKS " \t\r"

int options_file_load(const char *path, char **text, size_t *size, struct why *why)
{
	/* not to wait for the writer of a FIFO */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), r = 0;
	struct stat st;
	ssize_t n = 1;

	*text = NULL;
	*size = 0;
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		r = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
		goto out;
	}
	*text = malloc(OPTIONS_FILE_MAX + 1);
	if (!*text) {
		r = -ENOMEM;
		goto out;
	}
	while (n > 0 && *size <= OPTIONS_FILE_MAX) {
		n = read(fd, *text + *size, OPTIONS_FILE_MAX + 1 - *size);
		if (n < 0 && errno != EINTR)
			r = -errno;
		else if (n < 0)
			n = 1;
		else
			*size += n;
	}
	if (*size > OPTIONS_FILE_MAX)
		r = -EFBIG;
out:
	if (fd >= 0)
		close(fd);
	if (!r)
		return 0;
	free(*text);
	*text = NULL;
	if (r == -EFBIG)
		return why_set(why, r, "larger than %d bytes: not a configuration file",
			       OPTIONS_FILE_MAX);
	return r == -EINVAL ? why_set(why, r, "not a regular file") : why_errno(why, r, NULL);
}

/* Take the next word; NULL at the end of the line or before a comment. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);

	*rest = word + strcspn(word, BLANKS);
	if (!*word || *word == '#')
		return NULL;
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static int parse_line(char *line, options_file_set *set, void *arg, struct why *why)
{
	const char *key = next_word(&line), *value, *more;

	if (!key)
		return 0;
	value = next_word(&line);
	more = value ? next_word(&line) : NULL;
	if (!value)
		return why_set(why, -EINVAL, "%.60s: want a key, a blank and a value", key);
	if (more)
		return why_set(why, -EINVAL, "%.60s %.60s: one value a line, '%.60s' is too much",
			       key, value, more);
	if (value[0] == '"' || value[0] == '\'')
		return why_set(why, -EINVAL, "%.60s %.60s: values have no quotes", key, value);
	return set(arg, key, value, why);
}

unsigned options_file_parse(const char *path, char *text, size_t size, options_file_set *set,
			    void *arg)
{
	char *next, *stop = text + size;
	unsigned number = 0, errors = 0;

	for (char *line = text; line < stop; line = next) {
		char *end = memchr(line, '\n', stop - line);
		struct why why = {""};
		int r;

		number++;
		next = end ? end + 1 : stop;
		if (!end)
			end = stop;
		*end = '\0';
		if (memchr(line, '\0', end - line))
			r = why_set(&why, -EINVAL, "a NUL byte: not a text file");
		else
			r = parse_line(line, set, arg, &why);
		if (!r)
			continue;
		log_warning("%s:%u: %s", path, number, why.text);
		errors++;
	}
	return errors;
}
