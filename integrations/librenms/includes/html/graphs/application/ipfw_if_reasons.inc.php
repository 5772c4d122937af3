<?php

// SPDX-License-Identifier: MIT
// ipfwagent: the same as for the system, of what came in by an interface.

$ipfw_file = 'if';

require __DIR__ . '/ipfw_reasons.inc.php';
