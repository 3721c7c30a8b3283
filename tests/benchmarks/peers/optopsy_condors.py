"""optopsy: iron condors on a year of chains, under a limit of memory; what it asks for is in its own words."""

import json
import re
import resource
import sys
import time
import warnings

import optopsy
import pandas as pd

LIMIT_GIB = 6
SIZE = re.compile(r"Unable to allocate ([\d.]+) ([KMGT])iB")
GIB = {"K": 2**-20, "M": 2**-10, "G": 1.0, "T": 1024.0}

warnings.filterwarnings("ignore")
resource.setrlimit(resource.RLIMIT_AS, (LIMIT_GIB * 2**30, LIMIT_GIB * 2**30))
chains = pd.read_csv(sys.argv[1], parse_dates=["expiration", "quote_date"])
begun = time.process_time()
asked = None
try:
    optopsy.iron_condor(chains, max_entry_dte=50, exit_dte=7)
except MemoryError as error:
    found = SIZE.search(str(error))
    asked = float(found[1]) * GIB[found[2]] if found else float(LIMIT_GIB)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
report = {
    "gib": asked or peak,
    "refused": asked is not None,
    "rows": len(chains),
    "seconds": time.process_time() - begun,
}
sys.stdout.write(json.dumps(report) + "\n")
