/* SPDX-License-Identifier: MIT */
#include "top/controls.h"

#include <string.h>

void controls_fit(struct controls *c, size_t rows, size_t fit)
{
	size_t last = rows > fit ? rows - fit : 0;

	c->rows = rows;
	c->fit = fit;
	if (c->first > last)
		c->first = last;
}

/* Up if `up`, else down. */
static void scroll(struct controls *c, bool up, size_t rows)
{
	if (up)
		c->first -= c->first < rows ? c->first : rows;
	else
		c->first += rows;
	controls_fit(c, c->rows, c->fit);
}

static bool scroll_key(struct controls *c, int key)
{
	size_t page = c->fit > 1 ? c->fit - 1 : 1;

	switch (key) {
	case 'k':
	case TOP_KEY_UP:
		scroll(c, true, 1);
		return true;
	case 'j':
	case TOP_KEY_DOWN:
		scroll(c, false, 1);
		return true;
	case TOP_KEY_PAGE_UP:
		scroll(c, true, page);
		return true;
	case TOP_KEY_PAGE_DOWN:
		scroll(c, false, page);
		return true;
	case TOP_KEY_HOME:
		scroll(c, true, c->rows);
		return true;
	case TOP_KEY_END:
		scroll(c, false, c->rows);
		return true;
	default:
		return false;
	}
}

/* With UTF-8, all bytes of the last character. */
static void remove_last(char *text)
{
	size_t n = strlen(text);

	while (n && ((unsigned char)text[--n] & 0xc0) == 0x80)
		;
	text[n] = '\0';
}

static void edit_key(struct controls *c, int key)
{
	size_t n = strlen(c->filter);

	if (key == TOP_KEY_ESCAPE)
		c->filter[0] = '\0';
	if (key == TOP_KEY_ESCAPE || key == TOP_KEY_ENTER)
		c->editing = false;
	else if (key == TOP_KEY_BACKSPACE)
		remove_last(c->filter);
	else if (key >= ' ' && key < 256 && key != 127 && n + 1 < sizeof(c->filter))
		memcpy(c->filter + n, (char[]){key, '\0'}, 2);
	c->first = 0;
}

static void choose(struct controls *c, enum top_table table, enum family family)
{
	if (c->table != table || c->family != family)
		c->first = 0;
	c->table = table;
	c->family = family;
}

bool controls_key(struct controls *c, int key)
{
	if (c->help) {
		c->help = false;
		return key != 'q';
	}
	if (scroll_key(c, c->editing && key < 256 ? TOP_KEY_NONE : key))
		return true;
	if (c->editing) {
		edit_key(c, key);
		return true;
	}
	switch (key) {
	case 'q':
		return false;
	case 'i':
		choose(c, TOP_INTERFACES, c->family);
		break;
	case 'p':
		choose(c, TOP_PATHS, c->family);
		break;
	case 'd':
		choose(c, TOP_DROPS, c->family);
		break;
	case '4':
		choose(c, c->table, FAMILY_IPV4);
		break;
	case '6':
		choose(c, c->table, FAMILY_IPV6);
		break;
	case 'a':
		choose(c, c->table, FAMILY_TOTAL);
		break;
	case 'b':
		c->unit = (c->unit + 1) % TOP_UNITS;
		break;
	case ' ':
		c->paused = !c->paused;
		break;
	case '/':
		c->editing = true;
		break;
	case 'n':
	case 'N':
		c->netns_steps += key == 'n' ? 1 : -1;
		c->first = 0;
		break;
	case TOP_KEY_ESCAPE:
		c->filter[0] = '\0';
		c->netns[0] = '\0';
		c->netns_steps = 0;
		break;
	case '?':
	case 'h':
		c->help = true;
		break;
	default:
		break;
	}
	return true;
}
