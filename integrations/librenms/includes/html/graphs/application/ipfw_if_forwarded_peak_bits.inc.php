<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what came in by an interface to be forwarded (up) and was forwarded out of it (down), on
// average and in the highest second, in bits per second.

$ipfw_file = 'if';
$ipfw_unit = 'Bits per second';
$ipfw_factor = 8;
$ipfw_data = [
    ['in_forw_octets', 'to forward', 'line'],
    ['in_forw_octets', 'to forward, peak', 'peak', 'peaks'],
    ['out_forw_octets', 'forwarded', 'line below'],
    ['out_forw_octets', 'forwarded, peak', 'peak below', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
