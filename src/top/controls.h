/* SPDX-License-Identifier: MIT */
/*
 * controls: what the person at the keyboard has chosen to see.
 */
#ifndef IPFW_TOP_CONTROLS_H
#define IPFW_TOP_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/snapshot.h"

enum top_table { TOP_INTERFACES, TOP_PATHS, TOP_DROPS, TOP_TABLES };
enum top_unit { TOP_BITS, TOP_BYTES, TOP_PACKETS, TOP_UNITS };

/* Keys are the bytes that they send, or these. */
enum top_key {
	TOP_KEY_NONE = -1,
	TOP_KEY_ENTER = '\n',
	TOP_KEY_ESCAPE = 27,
	TOP_KEY_UP = 256,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_BACKSPACE,
};

#define TOP_FILTER_MAX 61

struct controls {
	enum top_table table;
	enum family family; /* FAMILY_TOTAL: both */
	enum top_unit unit;
	bool paused;
	bool help;                   /* in the place of the figures */
	bool editing;                /* the filter, and letters belong to it */
	char filter[TOP_FILTER_MAX]; /* what a name has to contain; "": nothing */
	/* The network namespace whose figures alone are seen; "": all. Then how many further. */
	char netns[SNAPSHOT_NETNS_MAX];
	long netns_steps;
	size_t first;     /* the row that is uppermost */
	size_t rows, fit; /* of the page made last: how many there are, and fit on it */
};

/* One more key. Returns false if the program is to end. */
bool controls_key(struct controls *c, int key);

/* There are so many rows, of which so many fit: none is scrolled past the end. */
void controls_fit(struct controls *c, size_t rows, size_t fit);

#endif
