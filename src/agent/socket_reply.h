/* SPDX-License-Identifier: MIT */
/*
 * socket_reply: what the reading socket sends. Clients who ask for the same share one.
 */
#ifndef IPFW_AGENT_SOCKET_REPLY_H
#define IPFW_AGENT_SOCKET_REPLY_H

#include "output/output.h"
#include "output/request.h"

struct reading_document {
	unsigned references;
	uint64_t reading_ns; /* of which reading; 0: an error */
	char asked[READING_REQUEST_MAX + 16];
	struct out_document out;
};

/*
 * What `r` asks for, or a line with the error. No memory ends the program. The caller owns one
 * reference. `note`: why the figures are not better, or "".
 */
struct reading_document *reading_document_new(const struct snapshot *reading,
					      const struct reading_request *r, const char *note);
struct reading_document *reading_document_error(const char *why);

/* Is it what `r` asks for, of that reading? */
bool reading_document_is(const struct reading_document *d, const struct snapshot *reading,
			 const struct reading_request *r);

struct reading_document *reading_document_share(struct reading_document *d);
void reading_document_free(struct reading_document *d); /* gives one back; accepts NULL */

#endif
