"""The demo: months of real history traded by the function code against an embedded AWS and simulated vendors."""
