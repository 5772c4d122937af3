/* SPDX-License-Identifier: MIT */
/*
 * hostname: what this machine is called.
 */
#ifndef IPFW_BASE_HOSTNAME_H
#define IPFW_BASE_HOSTNAME_H

/*
 * The name as the kernel has it, any bytes: whoever prints it escapes it. "localhost" if there is
 * none. Valid until the next call.
 */
const char *hostname_get(void);

#endif
