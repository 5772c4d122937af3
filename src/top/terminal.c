/* SPDX-License-Identifier: MIT */
#include "top/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/units.h"

#define ESCAPE_MS 25 /* what comes sooner after an escape is the rest of a key */

/* Pairs of colours. */
enum { PAIR_WARNING = 1, PAIR_TITLE };

static SCREEN *screen; /* NULL: not taken over */
static bool has_pairs;
static struct termios before; /* how it was */
static char give_back[256];   /* what a dying program writes */

/* Signals that end a program without its doing. */
static struct sigaction former[_NSIG];

static void die_tidily(int number, siginfo_t *info, void *context)
{
	ssize_t ignored = write(STDOUT_FILENO, give_back, strlen(give_back));

	(void)context;
	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	/* An instruction that faults does it once more, and now it has the usual effect. */
	sigaction(number, &former[number], NULL);
	if (info->si_code <= 0)
		raise(number);
}

/* Those that do not end a program, and those that a schedule reads. */
static bool is_harmless(int number)
{
	static const int harmless[] = {SIGCHLD, SIGCONT, SIGSTOP,  SIGTSTP, SIGTTIN,
				       SIGTTOU, SIGURG,  SIGWINCH, SIGKILL, SIGINT,
				       SIGTERM, SIGHUP,  SIGQUIT};

	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (harmless[i] == number)
			return true;
	return false;
}

static void watch_signals(void)
{
	struct sigaction action = {.sa_sigaction = die_tidily, .sa_flags = SA_SIGINFO};

	sigfillset(&action.sa_mask);
	for (int i = 1; i < _NSIG; i++)
		if (!is_harmless(i) && !sigaction(i, NULL, &former[i]) &&
		    former[i].sa_handler != SIG_IGN)
			sigaction(i, &action, NULL);
}

/* Add what that capability of the terminal writes, unless it also wants a pause. */
static void add_capability(const char *name)
{
	const char *text = tigetstr(name);
	size_t n = strlen(give_back);

	if (text && text != (char *)-1 && !strstr(text, "$<") &&
	    n + strlen(text) < sizeof(give_back))
		strcpy(give_back + n, text);
}

static bool wants_colours(void)
{
	const char *no = getenv("NO_COLOR");

	return has_colors() && !(no && *no);
}

static void set_up(void)
{
	static const char *const capabilities[] = {"rmkx", "sgr0", "cnorm", "rmcup"};

	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	has_pairs = wants_colours() && start_color() == OK && use_default_colors() == OK;
	if (has_pairs) {
		init_pair(PAIR_WARNING, COLOR_YELLOW, -1);
		init_pair(PAIR_TITLE, COLOR_CYAN, -1);
	}
	give_back[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(capabilities); i++)
		add_capability(capabilities[i]);
	watch_signals();
	atexit(terminal_close);
}

int terminal_open(struct why *why)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return why_set(why, -ENOTTY,
			       "top needs a terminal for input and output; monitor does not");
	if (!type || !*type || !strcmp(type, "dumb"))
		return why_set(
			why, -ENOTTY,
			"top needs a terminal that takes a page, TERM is %s; monitor does not",
			type && *type ? type : "not set");
	setlocale(LC_CTYPE, "");
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return why_set(why, -ENOTTY, "top: the terminal type %.60s is not known here",
			       type);
	if (!tigetstr("cup")) {
		terminal_close();
		return why_set(why, -ENOTTY, "top: a terminal of type %.60s takes no page", type);
	}
	set_up();
	return 0;
}

void terminal_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

void terminal_size(unsigned *columns, unsigned *rows)
{
	*columns = getmaxx(stdscr);
	*rows = getmaxy(stdscr);
}

bool terminal_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static attr_t attributes(enum page_style style)
{
	switch (style) {
	case PAGE_BAR:
		return A_REVERSE;
	case PAGE_TITLE:
		return has_pairs ? COLOR_PAIR(PAIR_TITLE) : A_BOLD;
	case PAGE_WARNING:
		return has_pairs ? COLOR_PAIR(PAIR_WARNING) | A_BOLD : A_BOLD;
	case PAGE_KEYS:
		return A_REVERSE;
	case PAGE_PLAIN:
		break;
	}
	return A_NORMAL;
}

void terminal_show(const struct page *p)
{
	erase();
	for (size_t i = 0; i < p->n; i++) {
		move(i, 0);
		clrtoeol(); /* a wide character may have come over from the line before */
		attrset(attributes(p->lines[i].style));
		addstr(p->lines[i].text);
	}
	attrset(A_NORMAL);
	curs_set(p->cursor >= 0);
	if (p->cursor >= 0 && p->n)
		move(p->n - 1, p->cursor);
	refresh();
}

static bool is_gone(void)
{
	struct pollfd p = {.fd = STDIN_FILENO};

	return poll(&p, 1, 0) > 0;
}

int terminal_key(void)
{
	static const struct {
		int code, key;
	} keys[] = {
		{KEY_UP, TOP_KEY_UP},
		{KEY_DOWN, TOP_KEY_DOWN},
		{KEY_PPAGE, TOP_KEY_PAGE_UP},
		{KEY_NPAGE, TOP_KEY_PAGE_DOWN},
		{KEY_HOME, TOP_KEY_HOME},
		{KEY_END, TOP_KEY_END},
		{KEY_BACKSPACE, TOP_KEY_BACKSPACE},
		{'\b', TOP_KEY_BACKSPACE},
		{127, TOP_KEY_BACKSPACE},
		{KEY_ENTER, TOP_KEY_ENTER},
		{'\r', TOP_KEY_ENTER},
	};
	int code = getch();

	if (code == ERR)
		return is_gone() ? -EIO : TOP_KEY_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].code == code)
			return keys[i].key;
	return code < 256 ? code : 0; /* keys that have no effect */
}

void terminal_resize(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
}

void terminal_redraw(void)
{
	reset_prog_mode();
	terminal_resize();
	clearok(curscr, TRUE);
}

void terminal_stop(void)
{
	sigset_t set;

	endwin();
	signal(SIGTSTP, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL); /* it stops here */
	sigprocmask(SIG_BLOCK, &set, NULL);
	terminal_redraw();
}
