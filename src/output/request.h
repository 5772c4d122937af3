/* SPDX-License-Identifier: MIT */
/*
 * request: what a client asks the agent's reading socket for. One line of words:
 *
 *	[json [pretty] | text [verbose] | prometheus | openmetrics | system | reading | status]
 *	[netns INODE|all] [include GLOB]... [exclude GLOB]...
 *
 * An empty line asks for json; "status" for a line on the agent itself. The answer is the document
 * and the end of the stream, or one line "error: SENTENCE". "netns" is for programs that want these
 * figures or none: it is answered only in that network namespace and if nothing is missing. Then a
 * line "end" follows the document, so the client recognises one that was cut off.
 */
#ifndef IPFW_OUTPUT_REQUEST_H
#define IPFW_OUTPUT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "model/filter.h"
#include "output/output.h"

#define REQUEST_MAX   1024 /* octets, with the line's end */
#define REQUEST_GLOBS 8
/* The thread that samples also matches, and each asterisk multiplies what a hostile glob costs. */
#define REQUEST_ASTERISKS 2

#define REQUEST_END   "end\n"
#define REQUEST_ERROR "error: "

struct request {
	enum output_format format;
	bool pretty, verbose; /* of JSON; of text */
	bool status;          /* how the agent is, in place of a reading */
	uint64_t netns;       /* 0: the agent's own, whichever that is */
	bool all;             /* of every network namespace that the agent serves, its own first */
	bool marked;          /* the line that ends it follows */
	struct filter filter; /* its patterns point into the line */
};

/*
 * Parse the `size` octets before the line's end. The line is changed and must outlive the request;
 * it has room for one more octet. Returns 0, or -errno with a sentence in `why`. Clear the request
 * either way.
 */
int request_parse(struct request *r, char *line, size_t size, struct why *why);
void request_clear(struct request *r);

/*
 * Write the line, with its end, that asks for `r`. Returns its length; or -E2BIG if there is no
 * such line: it would be too long, or there are too many globs, or one that contains a blank.
 */
int request_format(char *line, size_t size, const struct request *r);

/*
 * True if readings made with the filter `own` contain all that `asked` may pass. An agent with a
 * filter of its own can only answer requests without one.
 */
bool request_fits(const struct filter *own, const struct filter *asked);

#endif
