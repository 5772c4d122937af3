/* SPDX-License-Identifier: MIT */
#include "output/request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r"
#define STATUS "status"
#define ALL    "all"

static int refuse(struct why *why, const char *what, const char *word)
{
	return why_set(why, -EINVAL, "%s '%.15s'", what, word);
}

static bool is_glob(const char *glob)
{
	int asterisks = 0;

	for (const char *p = glob; *p; p++)
		asterisks += *p == '*';
	return *glob && !strpbrk(glob, BLANKS "\n") && asterisks <= REQUEST_ASTERISKS;
}

static int take_glob(struct filter *f, bool include, const char *glob, struct why *why)
{
	if (f->include.n + f->exclude.n == REQUEST_GLOBS)
		return why_set(why, -E2BIG, "at most %d globs", REQUEST_GLOBS);
	if (!is_glob(glob))
		return refuse(why, "too many asterisks in", glob);
	if (filter_add(include ? &f->include : &f->exclude, glob))
		return why_errno(why, -ENOMEM, NULL);
	return 0;
}

static int take_netns(struct request *r, const char *number, struct why *why)
{
	char *end;

	r->marked = true;
	r->all = !strcmp(number, ALL);
	if (r->all)
		return 0;
	errno = 0;
	r->netns = strtoull(number, &end, 10);
	if (number[0] < '0' || number[0] > '9' || *end || errno || !r->netns)
		return refuse(why, "no inode number:", number);
	return 0;
}

/* A word that an argument follows. */
static int take_pair(struct request *r, const char *word, char **rest, struct why *why)
{
	bool netns = !strcmp(word, "netns"), include = !strcmp(word, "include");
	const char *argument;

	if (!netns && !include && strcmp(word, "exclude") != 0)
		return refuse(why, "unknown word", word);
	argument = strtok_r(NULL, BLANKS, rest);
	if (!argument)
		return refuse(why, "nothing follows", word);
	if (netns)
		return take_netns(r, argument, why);
	return take_glob(&r->filter, include, argument, why);
}

static bool take_form(struct request *r, const char *word)
{
	for (int i = 0; i < OUTPUT_FORMATS; i++)
		if (!strcmp(word, output_forms[i].word)) {
			r->format = i;
			return true;
		}
	r->status = !strcmp(word, STATUS);
	return r->status;
}

static bool take_detail(struct request *r, const char *word)
{
	r->pretty = r->format == OUTPUT_JSON && !r->status && !strcmp(word, "pretty");
	r->verbose = r->format == OUTPUT_TEXT && !strcmp(word, "verbose");
	return r->pretty || r->verbose;
}

int request_parse(struct request *r, char *line, size_t size, struct why *why)
{
	char *rest = NULL, *word;
	int result = 0;

	*r = (struct request){.format = OUTPUT_JSON};
	line[size] = 0;
	if (strlen(line) != size)
		return why_set(why, -EINVAL, "a request is a line of text");
	word = strtok_r(line, BLANKS, &rest);
	if (word && take_form(r, word)) {
		word = strtok_r(NULL, BLANKS, &rest);
		if (word && take_detail(r, word))
			word = strtok_r(NULL, BLANKS, &rest);
	}
	for (; word && !result; word = strtok_r(NULL, BLANKS, &rest))
		result = take_pair(r, word, &rest, why);
	return result;
}

void request_clear(struct request *r)
{
	filter_clear(&r->filter);
}

int request_format(char *line, size_t size, const struct request *r)
{
	const struct filter *f = &r->filter;
	size_t globs = f->include.n + f->exclude.n;
	int n;

	if (globs > REQUEST_GLOBS)
		return -E2BIG;
	n = snprintf(line, size, "%s%s%s", r->status ? STATUS : output_forms[r->format].word,
		     r->format == OUTPUT_JSON && r->pretty ? " pretty" : "",
		     r->format == OUTPUT_TEXT && r->verbose ? " verbose" : "");
	if (r->all && (size_t)n < size)
		n += snprintf(line + n, size - n, " netns " ALL);
	else if (r->netns && (size_t)n < size)
		n += snprintf(line + n, size - n, " netns %" PRIu64, r->netns);
	for (size_t i = 0; i < globs && (size_t)n < size; i++) {
		bool include = i < f->include.n;
		const char *glob =
			include ? f->include.globs[i] : f->exclude.globs[i - f->include.n];

		if (!is_glob(glob))
			return -E2BIG;
		n += snprintf(line + n, size - n, " %s %s", include ? "include" : "exclude", glob);
	}
	if ((size_t)n < size)
		n += snprintf(line + n, size - n, "\n");
	return (size_t)n < size ? n : -E2BIG;
}

bool request_fits(const struct filter *own, const struct filter *asked)
{
	if (!asked->include.n && !asked->exclude.n)
		return true;
	if (own->include.n || own->exclude.n)
		return false;
	return !filter_passes(asked, "lo");
}
