"""Commands, performed by one small process for each run that outlives its driver."""
