/* sources 6481b30c5a25763cdd714b833dec2e6dcefa5bf7eaf25375564978ad7180bba5 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
