"""One file per kind of chart: released rows and passport in, Altair chart out."""
