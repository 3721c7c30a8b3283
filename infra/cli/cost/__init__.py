"""What a stage costs in a month, and what many accounts would ask of the tables."""
