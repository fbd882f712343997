module mini-xdr/tools/webhook-certgen

go 1.26.0
