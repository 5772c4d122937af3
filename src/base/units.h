/* SPDX-License-Identifier: MIT */
/*
 * units: of time, and the number of elements of an array.
 */
#ifndef IPFW_BASE_UNITS_H
#define IPFW_BASE_UNITS_H

#include <stdint.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_CS UINT64_C(10000000) /* of TimeTicks: 1/100 s */
#define NS_PER_S  UINT64_C(1000000000)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
