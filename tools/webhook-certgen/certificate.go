package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"time"
)

// newCertificate makes a certificate for the hosts, and the authority that signed it and nothing else:
// its key is not kept.
func newCertificate(hosts []string) (secretData, error) {
	none := secretData{}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, err
	}
	authority := template(1, "webhook-certgen authority")
	authority.IsCA = true
	authority.KeyUsage = x509.KeyUsageCertSign
	authorityBytes, err := x509.CreateCertificate(
		rand.Reader, authority, authority, &authorityKey.PublicKey, authorityKey)
	if err != nil {
		return none, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, err
	}
	leaf := template(2, hosts[0])
	leaf.KeyUsage = x509.KeyUsageDigitalSignature
	leaf.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = append(leaf.IPAddresses, ip)
		} else {
			leaf.DNSNames = append(leaf.DNSNames, host)
		}
	}
	leafBytes, err := x509.CreateCertificate(
		rand.Reader, leaf, authority, &key.PublicKey, authorityKey)
	if err != nil {
		return none, err
	}
	keyBytes, err := x509.MarshalECPrivateKey(key)
	return secretData{
		CA:   pemOf("CERTIFICATE", authorityBytes),
		Cert: pemOf("CERTIFICATE", leafBytes),
		Key:  pemOf("EC PRIVATE KEY", keyBytes),
	}, err
}

func template(serial int64, name string) *x509.Certificate {
	// Clocks of two machines may differ.
	since := time.Now().Add(-5 * time.Minute)
	return &x509.Certificate{
		SerialNumber:          big.NewInt(serial),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             since,
		NotAfter:              since.AddDate(100, 0, 0),
		BasicConstraintsValid: true,
	}
}

func pemOf(kind string, content []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content})
}
