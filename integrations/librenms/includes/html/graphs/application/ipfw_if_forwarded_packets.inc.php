<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what came in by an interface to be forwarded (up) and was forwarded out of it (down).

$ipfw_file = 'if';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['in_forw_packets', 'to forward', 'area'],
    ['out_forw_packets', 'forwarded', 'below'],
];

require __DIR__ . '/ipfw-common.inc.php';
