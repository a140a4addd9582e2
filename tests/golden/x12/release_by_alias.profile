version.aliases=004030=004010
