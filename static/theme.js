/* sources 5ece22408c4a72ed1645adea8583481837b88dee1cbb92443698195f494551f8 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
