<?php

// SPDX-License-Identifier: MIT
// ipfwagent: what came in by an interface to be forwarded (up) and was forwarded out of it (down), on
// average and in the highest second, in packets per second.

$ipfw_file = 'if';
$ipfw_unit = 'Packets per second';
$ipfw_factor = 1;
$ipfw_data = [
    ['in_forw_packets', 'to forward', 'line'],
    ['in_forw_packets', 'to forward, peak', 'peak', 'peaks'],
    ['out_forw_packets', 'forwarded', 'line below'],
    ['out_forw_packets', 'forwarded, peak', 'peak below', 'peaks'],
];

require __DIR__ . '/ipfw-common.inc.php';
